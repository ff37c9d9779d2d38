import { explain } from "../core/services/log/explain";
import { tell } from "../core/services/log/tell";

/**
 * How long after the first signal more of them count as the same, in milliseconds. Ctrl-C and service supervisors signal all processes
 * of a group, and `bun run` passes on to its script what it gets: the script hears it twice.
 */
const echo = 300;

const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs `stop` at the first SIGINT or SIGTERM and then ends the process; a second signal ends it at once, with the exit code 128 plus the
 * signal's number.
 * @param stop resolves to the exit code: 0 when all ended in good order
 */
export function onStopSignal(stop: () => Promise<number>): void {
  let firstAt: number | undefined;
  const hear = (signal: keyof typeof numbers) => async (): Promise<void> => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > echo) process.exit(128 + numbers[signal]);
      return;
    }
    firstAt = performance.now();
    const exitCode = await stop().catch((error: unknown) => {
      tell(explain(error));
      return 1;
    });
    process.exit(process.exitCode ?? exitCode);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, hear(signal));
}
