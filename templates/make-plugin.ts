import { existsSync, readdirSync, realpathSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { projectRoot } from "../core/app/installation";
import { packageManifest } from "./package-manifest";

/** As plugins are called; tables begin with it, and PostgreSQL's names end after 63 characters. */
const pluginName = /^(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Makes a plugin of the template, named anew.
 *
 * @param folder absolute, empty or not there; it becomes a package that links this project. Null: `plugins/NAME` of this project
 * @returns where it is, or the sentence that says why there is none
 */
export async function makePlugin(name: string, folder: string | null): Promise<{ folder: string } | { problem: string }> {
  if (!pluginName.test(name)) {
    return {
      problem: `"${name}" can't be a plugin's name: lower-case words joined by hyphens are, up to 40 characters: audit-trail.`,
    };
  }
  if (existsSync(join(projectRoot, "plugins", name))) {
    return { problem: `There is a plugin called "${name}" already: plugins/${name}. Choose another name.` };
  }
  const target = folder ?? join(projectRoot, "plugins", name);
  if (existsSync(target) && readdirSync(target).length > 0) {
    return { problem: `${target} isn't empty. Name a folder that is, or that isn't there yet.` };
  }
  await mkdir(target, { recursive: true });
  await copyNamed("plugin", name, target);
  if (folder !== null) {
    await copyNamed("package", name, target);
    const checkout = relative(realpathSync(target), projectRoot);
    await Bun.write(join(target, "package.json"), `${JSON.stringify(await packageManifest(name, checkout), null, 2)}\n`);
  }
  return { folder: target };
}

async function copyNamed(part: string, name: string, target: string): Promise<void> {
  const source = join(import.meta.dir, part);
  for (const path of new Bun.Glob("**/*").scanSync({ cwd: source, dot: true })) {
    const text = await Bun.file(join(source, path)).text();
    await Bun.write(join(target, named(path, name)), named(text, name));
  }
}

/** @returns a text that speaks of this plugin instead of the template's */
function named(text: string, name: string): string {
  const words = name.split("-");
  const camel = words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
  return text.replaceAll("my-plugin", name).replaceAll("my_plugin", words.join("_")).replaceAll("myPlugin", camel);
}
