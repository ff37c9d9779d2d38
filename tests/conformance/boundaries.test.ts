import { describe, expect, test } from "bun:test";
import { dirname, join, relative } from "node:path";
import { loadInstallation, projectRoot } from "../../core/app/installation";
import { requirementOrder } from "../../core/plugin/requirements";

/** What a file imports, types included: type imports cross boundaries just the same. */
async function importsOf(path: string): Promise<string[]> {
  const text = await Bun.file(join(projectRoot, path)).text();
  const found = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier = ""]) => specifier);
  return found
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => relative(projectRoot, join(projectRoot, dirname(path), specifier)));
}

const files = (folder: string): string[] => [...new Bun.Glob(`${folder}/**/*.ts`).scanSync(projectRoot)].sort();
const { on } = await loadInstallation({ env: {}, config: {} });
const plugins = on.map(({ plugin }) => plugin);

/** The only way from what runs to what tests are made with: `bun run plugins --check` loads the rules of plugins when it is asked to. */
const check = { file: "core/services/inspection/plugins-command.ts", target: "testing/conformance/check-plugin" };
const isCheck = (file: string, target: string): boolean => file === check.file && target === check.target;

test("nothing that runs in production imports what tests are made with", async () => {
  const strays: string[] = [];
  for (const file of [...files("cli"), ...files("core"), ...files("plugins"), ...files("config")]) {
    if (file.endsWith(".test.ts")) continue;
    const text = await Bun.file(join(projectRoot, file)).text();
    const byName = text.includes('"cocov/testing');
    const targets = await importsOf(file);
    if (byName || targets.some((target) => !isCheck(file, target) && /^(testing|tests|templates)(\/|$)/.test(target)))
      strays.push(file);
  }
  expect(strays).toEqual([]);
});

const kernel = files("core").filter((file) => !file.startsWith("core/services/"));

/** Lines, comments and blank ones included, that a newcomer reads in an afternoon. */
const longestKernel = 2200;

test("the kernel stays small enough to be read as a whole", async () => {
  const texts = await Promise.all(kernel.map((file) => Bun.file(join(projectRoot, file)).text()));
  const lines = texts.reduce((sum, text) => sum + text.split("\n").length - 1, 0);
  const message = `The kernel (core/ without core/services/) has ${lines} lines, and ${longestKernel} are the most that everybody who writes
a plugin can be asked to read. What connects to something outside belongs to a service, what an operator calls to cli/, what few plugins
need to a plugin, and what others maintain well to a library.`;
  expect(lines, message).toBeLessThanOrEqual(longestKernel);
});

describe("the kernel", () => {
  /** What it lends to plugins, and what it hands to those who put it together. */
  const lent = ["backup", "bounded-work", "cipher", "database", "doctor", "http", "jobs", "log", "observation"];

  test("knows of services only their list, and the types and names of what plugins get of them", async () => {
    const strays: string[] = [];
    for (const file of kernel) {
      const text = await Bun.file(join(projectRoot, file)).text();
      for (const [, kind = "", path = ""] of text.matchAll(
        /^(import type|import|export).*? from "[./]+\/services(?:\/([^"]*))?";$/gm,
      )) {
        const isList = path === "";
        const isType = kind === "import type" && lent.includes(path.split("/", 1)[0] ?? "");
        const isPublic = kind === "export" && file === "core/index.ts" && lent.includes(path);
        if (!isList && !isType && !isPublic) strays.push(`${file}: ${kind} … ${path}`);
      }
    }
    expect(strays).toEqual([]);
  });
});

describe("the core", () => {
  test("imports nothing from outside of itself", async () => {
    const strays: string[] = [];
    for (const file of files("core")) {
      for (const target of await importsOf(file))
        if (!target.startsWith("core") && target !== "package.json" && !isCheck(file, target))
          strays.push(`${file} imports ${target}`);
    }
    expect(strays).toEqual([]);
  });

  test("has no files that need each other in a circle", async () => {
    const scanner = new Bun.Transpiler({ loader: "ts" });
    const all = files("core");
    const imports = new Map<string, string[]>();
    for (const file of all) {
      // Those of types alone are left out: nothing has to be loaded for them.
      const found = scanner
        .scanImports(await Bun.file(join(projectRoot, file)).text())
        .map(({ path }) => join(dirname(file), path));
      imports.set(
        file,
        found.flatMap((target) => all.find((other) => other === `${target}.ts` || other === `${target}/index.ts`) ?? []),
      );
    }
    expect([...imports.values()].flat().length).toBeGreaterThan(all.length);
    expect(requirementOrder(imports)).not.toHaveProperty("cycle");
  });

  test("names no plugin's folder", async () => {
    const strays: string[] = [];
    for (const file of files("core")) {
      const text = await Bun.file(join(projectRoot, file)).text();
      for (const { name } of plugins) if (text.includes(`plugins/${name}`)) strays.push(`${file} names plugins/${name}`);
    }
    expect(strays).toEqual([]);
  });

  /** Words of what the platform is for, and of what it is used with: plugins' business. Libraries' addresses are something else. */
  const foreign =
    /\bgithub(?!\.com)|sidekiq|coverage|badge|\bco[aps]_|\bcrt_|\bredis\b|\bcheck sets?\b|commit status|\.cocov\.yaml|uiBaseUrl/i;

  test("knows nothing of code quality", async () => {
    const strays: string[] = [];
    for (const file of files("core")) {
      const text = await Bun.file(join(projectRoot, file)).text();
      for (const [index, line] of text.split("\n").entries()) {
        if (foreign.test(line)) strays.push(`${file}:${index + 1}: ${line.trim()}`);
      }
    }
    expect(strays).toEqual([]);
  });
});
