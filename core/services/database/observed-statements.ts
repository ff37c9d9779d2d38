import { runningAct } from "../observation/act";
import type { Beginnings } from "../observation/observation";

/** How the driver tells of one statement; see patches/. */
interface DriverObserver {
  /** Its text is known, and on its way. More than once when the driver repeats it. */
  sent(text: string): void;
  /** Also when it was never sent. */
  ended(error?: unknown): void;
}

/**
 * Has the driver tell of the statements that go through a client, those of transactions and of LISTEN included.
 * @param client the pool
 * @param beginnings who is told, asked for each statement
 */
export function observeStatements(client: { readonly options: object }, beginnings: () => Beginnings): void {
  const onquery = (inTransaction: boolean): DriverObserver | undefined => {
    const begin = beginnings().statement;
    if (!begin) return undefined;
    // As it is here: what is sent later may be sent while somebody else's work runs.
    const act = runningAct();
    const handed = performance.now();
    let observed: ReturnType<typeof begin>;
    return {
      sent(text) {
        observed ??= begin({ text, inTransaction, waitedMilliseconds: performance.now() - handed }, act);
      },
      ended: (error) => observed?.end({ error: error === undefined ? null : codeOf(error) }),
    };
  };
  Object.assign(client.options, { onquery });
}

/** @returns the SQLSTATE, or the driver's code: `CONNECTION_CLOSED` */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}
