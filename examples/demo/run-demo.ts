import { createEnding, type Ending } from "./ending";
import { logTail } from "./log-tail";
import { type DemoOptions, parseOptions, usage } from "./options";
import type { Program } from "./program";
import { createProgress, type Progress, StepFailed } from "./progress";
import { makeScratchFolder, type ScratchFolder } from "./scratch-folder";
import { openTerminal, type Terminal } from "./terminal";
import { Unusable } from "./unusable";

/** What every part of the demo works with. */
export interface Demo extends Pick<Ending, "signal" | "keep"> {
  readonly options: DemoOptions;
  readonly terminal: Terminal;
  readonly step: Progress["step"];
  /** For everything that is written. */
  readonly scratch: ScratchFolder;
  /** Has a program stopped with all else. If it breaks down before, so does what runs then. */
  launch(program: Program): Program;
  /** Rejects when a program breaks down. */
  readonly breakdown: Promise<never>;
}

/** A program ended that is still needed. */
class BrokenDown extends Error {}

/** Exit code of what was interrupted, as shells have it. */
const interrupted = 130;

/**
 * Tells a story, stops everything it started, and ends the process: with 0 if the story came to its end, or if it would have
 * gone on until somebody stopped it.
 */
export async function runDemo(story: (demo: Demo) => Promise<void>): Promise<never> {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    console.log(usage);
    process.exit(0);
  }
  // Everything here talks to 127.0.0.1, which a proxy can't reach.
  for (const name of ["NO_PROXY", "no_proxy"]) process.env[name] = "127.0.0.1";
  const terminal = openTerminal(process.stdout, process.env);
  const ending = createEnding();
  const programs: Program[] = [];
  const broken = Promise.withResolvers<never>();
  // Whoever waits for something looks at it; nobody does before the first step or after the last.
  broken.promise.catch(() => undefined);
  const launch = (program: Program) => {
    programs.push(program);
    void program.exited.then((code) => code !== 0 && broken.reject(new BrokenDown(`the ${program.name} ended with ${code}`)));
    return ending.keep(program);
  };
  let code: number;
  try {
    const options = parseOptions(args);
    const scratch = ending.keep(await makeScratchFolder());
    const { step } = createProgress(terminal, ending.signal, broken.promise);
    code = await story({ ...ending, options, terminal, step, scratch, launch, breakdown: broken.promise }).then(
      () => 0,
      (error: unknown) => {
        if (!ending.signal.aborted) throw error;
        return options.once ? interrupted : 0;
      },
    );
  } catch (error) {
    code = 1;
    await explain(error, programs);
  }
  await end(terminal, ending, programs.length > 0);
  process.exit(code);
}

async function explain(error: unknown, programs: readonly Program[]): Promise<void> {
  const speaksForItself = error instanceof Unusable || error instanceof StepFailed || error instanceof BrokenDown;
  console.error(speaksForItself ? error.message : error);
  if (error instanceof Unusable) return;
  for (const program of programs) {
    console.error(`\nThe end of the ${program.name}'s log:`);
    for (const line of await logTail(program, 15)) console.error(`  ${line}`);
  }
}

async function end(terminal: Terminal, ending: Ending, hasStarted: boolean): Promise<void> {
  if (hasStarted) terminal.live("Stopping…");
  await ending.stopAll();
  if (hasStarted) terminal.line(terminal.dim("Stopped: nothing is left running, and the demo's files are removed."));
}
