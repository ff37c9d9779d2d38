import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../core/app/installation";
import { makePlugin } from "./make-plugin";

const usage = `Usage: bun run new-plugin NAME [FOLDER]

Makes a plugin to start from, with a route, a table, a job, a slot and a test.

  NAME    lower-case words joined by hyphens: audit-trail
  FOLDER  where it goes, as a package of its own; plugins/NAME in this project unless given`;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: "boolean", short: "h" } } });
const [name, folder, ...rest] = positionals;

if (values.help) console.log(usage);
else if (name === undefined || rest.length > 0) refuse(usage, 2);
else {
  const made = await makePlugin(name, folder === undefined ? null : resolve(folder));
  if ("problem" in made) refuse(made.problem, 1);
  else console.log(nextSteps(made.folder, folder !== undefined));
}

function refuse(message: string, exitCode: number): void {
  console.error(message);
  process.exitCode = exitCode;
}

function nextSteps(made: string, isPackage: boolean): string {
  if (!isPackage)
    return `${relative(projectRoot, made)} is there, and found at the next start. Try: bun test ${relative(projectRoot, made)}`;
  return `${made} is there. Try: cd ${made} && bun install && bun run test`;
}
