/**
 * Work whose cost is decided by what somebody outside wrote: it is done in a process of its own, which can be ended in the middle of it.
 * Made with {@link defineBoundedTask}.
 */
export interface BoundedTask<Input, Output> {
  /** Address of the module whose default export does the work. */
  readonly module: string;
  /** How long one piece of work may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Never there: it carries the types of what goes in and comes out. */
  readonly signature?: (input: Input) => Output;
}

interface TaskModule<Input, Output> {
  readonly default: (input: Input) => Output;
}

/**
 * Declares a task by the module that does it. That module is loaded in another process: it imports plain modules only, keeps no state that
 * matters, and what goes in and out are plain values that a structured clone carries.
 *
 * @example
 * const countLines = defineBoundedTask<typeof import("./count-lines")>({
 *   module: import.meta.resolve("./count-lines.ts"),
 *   timeoutMs: 1_000,
 * });
 */
export function defineBoundedTask<Module extends TaskModule<never, unknown>>(
  task: Pick<BoundedTask<never, unknown>, "module" | "timeoutMs">,
): BoundedTask<Parameters<Module["default"]>[0], ReturnType<Module["default"]>> {
  return task;
}

/** How a piece of work ended: with its result, beyond a limit, or never begun because too much else waits. */
export type Outcome<Output> =
  | { readonly kind: "done"; readonly output: Output }
  | { readonly kind: "exceeded"; readonly limit: "time" | "memory" }
  | { readonly kind: "busy" };
