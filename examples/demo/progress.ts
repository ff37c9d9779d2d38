import { seconds } from "./format";
import type { Terminal } from "./terminal";

/** What a step's work is given. */
export interface Step {
  /** Aborts when the step is given up. */
  readonly signal: AbortSignal;
  /** Says how far it is: shown while it runs, and told when it isn't done in time. */
  say(text: string): void;
  /** Prints a line of its own, that stays. */
  note(text: string): void;
}

export interface Progress {
  /**
   * Runs one step and prints how it went.
   * @param limit seconds it may take
   * @param tell makes the line's text from the result
   * @throws {StepFailed} when the work does or isn't done in time; the signal's reason when the demo is stopped
   */
  step<T>(title: string, limit: number, work: (step: Step) => Promise<T>, tell: (result: T) => string): Promise<T>;
}

/** A step that didn't happen. */
export class StepFailed extends Error {
  constructor(title: string, reason: string) {
    super(`“${title}” didn't happen: ${reason}`);
  }
}

const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const titleColumns = 24;

/**
 * @param signal stops what runs
 * @param breakdown rejects when something breaks that every step needs
 */
export function createProgress(terminal: Terminal, signal: AbortSignal, breakdown: Promise<never>): Progress {
  const columns = (mark: string, time: string, title: string, text: string) =>
    ` ${mark} ${terminal.dim(time.padStart(7))}  ${title.padEnd(titleColumns)}  ${text}`.trimEnd();

  return {
    async step(title, limit, work, tell) {
      signal.throwIfAborted();
      const started = performance.now();
      const elapsed = () => (performance.now() - started) / 1000;
      let said = "";
      const show = () => {
        const frame = frames[Math.floor(elapsed() * 12) % frames.length] ?? "";
        terminal.live(columns(frame, seconds(elapsed()), title, said));
      };
      show();
      const spinning = setInterval(show, 80);
      try {
        const result = await within(limit, signal, breakdown, (stepSignal) =>
          work({
            signal: stepSignal,
            say: (text) => {
              said = text;
            },
            note: (text) => terminal.line(columns(terminal.dim("·"), "", "", text)),
          }),
        );
        terminal.line(columns(terminal.green("✓"), seconds(elapsed()), title, tell(result)));
        return result;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const reason = error instanceof TookTooLong ? `${error.message}${said && `; ${said}`}` : messageOf(error);
        terminal.line(columns(terminal.red("✗"), seconds(elapsed()), title, terminal.red(reason)));
        throw new StepFailed(title, reason);
      } finally {
        clearInterval(spinning);
      }
    },
  };
}

class TookTooLong extends Error {}

/** Ends when the work does, the time is up, something breaks or the signal aborts, whether or not the work listens to its own. */
async function within<T>(
  limit: number,
  stopped: AbortSignal,
  breakdown: Promise<never>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(new TookTooLong(`not within ${limit} seconds`)), limit * 1000);
  const signal = AbortSignal.any([over.signal, stopped]);
  const given = Promise.withResolvers<never>();
  const giveUp = () => given.reject(signal.reason);
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([work(signal), given.promise, breakdown]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
