import { join } from "node:path";
import { git } from "./git";

/** Two small files with something to find in each, and the manifest that has them checked. */
const files = {
  ".cocov.yaml": `version: "0.1.alpha"
checks:
  - plugin: cocov/todo-comments:v1
  - plugin: cocov/tidy-lines:v1
`,
  "README.md": "# Sample\n\nA basket, and a page that shows it.\n",
  "src/basket.py": `class Basket:
    def __init__(self):
        self.items = []

    # TODO: refuse quantities below one
    def add(self, name, price, quantity=1):
        self.items.append((name, price, quantity))${"  "}

    def total(self):
        return sum(price * quantity for _, price, quantity in self.items)
`,
  "src/page.js": `export function page(basket) {
  // FIXME: names are put into the page as they are
  return basket.items.map(([name, price, quantity]) => \`<tr><td>\${name}</td><td>\${price}</td><td>\${quantity}</td></tr>\`).join("");
}
`,
};

/**
 * Makes a git repository with one commit.
 * @param parent an existing folder
 * @returns the repository's folder, `<parent>/sample`
 */
export async function createSampleRepository(parent: string): Promise<string> {
  const folder = join(parent, "sample");
  for (const [path, text] of Object.entries(files)) await Bun.write(join(folder, path), text);
  const author = ["-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.org"];
  for (const args of [
    ["init", "--quiet", "--initial-branch=main"],
    ["add", "--all"],
    [...author, "commit", "--quiet", "--no-gpg-sign", "--message=Show a basket on a page"],
  ]) {
    if ((await git(folder, args)) === null) throw new Error(`git ${args.join(" ")} failed in ${folder}`);
  }
  return folder;
}
