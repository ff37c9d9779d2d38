import { parseArgs } from "node:util";
import { Unusable } from "./unusable";

export const usage = `Usage: bun run demo [path to a git repository] [--once]

Shows the whole way from a push to a commit status, with nothing configured: starts Cocov on an embedded database next to
a stand-in for GitHub that serves a copy of the repository, delivers a signed push, runs the worker of examples/worker and
prints what happens. Nothing is written to the repository.

  path      a git repository; this project's own unless given (a small sample where that has no git metadata)
  --once    ends after the report: with 0 if every step happened, else with 1; otherwise it serves until Ctrl-C
  --help    prints this

NO_COLOR=1 turns colours off.`;

export interface DemoOptions {
  /** As typed; undefined: this project's own repository. */
  readonly path: string | undefined;
  readonly once: boolean;
}

/** @throws Unusable that names what isn't understood */
export function parseOptions(args: readonly string[]): DemoOptions {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { once: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Error(`one repository at a time, please: ${positionals.join(" ")}`);
    return { path: positionals[0], once: values.once };
  } catch (error) {
    throw new Unusable(`${error instanceof Error ? error.message : error}\nSee --help.`);
  }
}
