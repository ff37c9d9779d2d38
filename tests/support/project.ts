import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";

/** A project folder with plugins of a test's own. */
export interface TestProject {
  readonly root: string;
  remove(): Promise<void>;
}

/**
 * Makes a folder with the given files.
 * @param files path -> content; `@core` in it stands for the address of the core's public module
 */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<TestProject> {
  const root = await mkdtemp(join(tmpdir(), "cocov-project-"));
  for (const [path, content] of Object.entries(files)) {
    await Bun.write(join(root, path), content.replaceAll('"@core"', JSON.stringify(join(projectRoot, "core"))));
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

/** @returns the manifest of a plugin that brings nothing but what `parts` says */
export function manifest(
  name: string,
  { imports = "", parts = "", setup = "({})" }: { imports?: string; parts?: string; setup?: string } = {},
): string {
  return `import { anyone, defineErrors, defineEvent, defineJob, definePlugin, parameter, route, setting, settingText, slot, wholeNumber } from "@core";
import { z } from "${join(projectRoot, "node_modules/zod")}";
import { pgTable, text } from "${join(projectRoot, "node_modules/drizzle-orm/pg-core")}";
${imports}
export default definePlugin({ name: "${name}", summary: "Made for a test", ${parts} setup: () => ${setup} });
`;
}
