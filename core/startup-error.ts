/** The platform can't start as it is configured. The message says everything that is wrong and what to do; no stack is needed. */
export class StartupError extends Error {
  override readonly name = "StartupError";
  constructor(readonly problems: readonly string[]) {
    const list = problems.length === 1 ? problems[0] : problems.map((problem) => `  - ${problem}`).join("\n");
    super(problems.length === 1 ? `Cocov can't start: ${list}` : `Cocov can't start, for ${problems.length} reasons:\n${list}`);
  }
}
