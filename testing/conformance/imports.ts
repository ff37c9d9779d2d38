import { dirname, isAbsolute, join, resolve } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { type Examined, othersOf, type Rule, type SourceFile } from "./examined";

/** @returns what a file imports, types included: they cross boundaries just the same */
function importsOf({ text }: SourceFile): string[] {
  const withoutComments = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  return [...withoutComments.matchAll(/\b(?:from|import)\s*\(?\s*(["'])([^"'\n]+)\1/g)].map(
    ([, , specifier = ""]) => specifier,
  );
}

export const importsOnlyPublicModules: Rule = (examined) =>
  examined.files.flatMap((file) =>
    [...new Set(importsOf(file))]
      .filter((specifier) => !isAllowed(specifier, file, examined))
      .map(
        (specifier) =>
          `${file.path} imports ${specifier}; allowed are the core's and its own modules, and the public ones of plugins in its \`requires\` or \`optional\`.`,
      ),
  );

function isAllowed(specifier: string, { path }: SourceFile, { name, plugin, folder, all }: Examined): boolean {
  const others = othersOf(plugin);
  if (specifier.startsWith("cocov/")) {
    return ["cocov/core", `cocov/plugins/${name}`, ...others.map((other) => `cocov/plugins/${other}`)].includes(specifier);
  }
  if (!specifier.startsWith(".") && !isAbsolute(specifier)) return true;
  const target = resolve(folder, dirname(path), specifier).replace(/(\/index)?(\.ts)?$/, "");
  const known = all.filter((other) => others.includes(other.plugin.name));
  const open = [join(projectRoot, "core"), ...known.map((other) => other.folder)];
  return target === folder || target.startsWith(`${folder}/`) || open.includes(target);
}
