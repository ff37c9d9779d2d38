/** The platform can't start as it is configured. The message says everything that is wrong and what to do; no stack is needed. */
export class StartupError extends Error {
  override readonly name = "StartupError";
  /** @param options.cause an error of somebody else's code, whose stack helps to find it */
  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    const list = problems.length === 1 ? problems[0] : problems.map((problem) => `  - ${problem}`).join("\n");
    const all =
      problems.length === 1 ? `Cocov can't start: ${list}` : `Cocov can't start, for ${problems.length} reasons:\n${list}`;
    super(all, options);
  }
}
