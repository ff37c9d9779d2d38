const program = `
  let slowest = 0;
  process.on("disconnect", () => process.exit());
  process.on("message", () => process.send(slowest));
  process.send("asked");
  for (;;) {
    const started = performance.now();
    await fetch(process.argv[1]);
    slowest = Math.max(slowest, performance.now() - started);
    process.send("asked");
    await Bun.sleep(5);
  }`;

/**
 * Asks a server's health probe again and again, from another process as a probe is, for as long as `work` goes on.
 * @returns the longest that an answer took, in milliseconds
 */
export async function slowestProbeDuring(server: { url: string }, work: () => Promise<void>): Promise<number> {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<number>();
  const probe = Bun.spawn(["bun", "-e", program, `${server.url}/system/probes/health`], {
    ipc: (message) => (typeof message === "number" ? answer.resolve(message) : asked.resolve()),
  });
  try {
    await asked.promise;
    await work();
    probe.send("how long");
    return await answer.promise;
  } finally {
    probe.kill();
  }
}
