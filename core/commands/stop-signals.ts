/**
 * How long after the first signal more of them count as the same, in milliseconds. Ctrl-C and service supervisors signal all processes
 * of a group, and `bun run` passes on to its script what it gets: the script hears it twice.
 */
const echo = 300;

const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs `stop` at the first SIGINT or SIGTERM and then ends the process with exit code 0; a second signal ends it at once, with the
 * exit code 128 plus the signal's number.
 */
export function onStopSignal(stop: () => Promise<void>): void {
  let firstAt: number | undefined;
  const hear = (signal: keyof typeof numbers) => async (): Promise<void> => {
    if (firstAt !== undefined) {
      if (performance.now() - firstAt > echo) process.exit(128 + numbers[signal]);
      return;
    }
    firstAt = performance.now();
    await stop();
    process.exit(process.exitCode ?? 0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, hear(signal));
}
