import { isConnectionLoss } from "./database-errors";

/**
 * Whether a transaction's connection can still be used.
 *
 * postgres.js 3.4 doesn't ask: work that outlives its connection would send on to the connection's successor, outside any
 * transaction or into someone else's. So statements are asked for here first, and work that lost its connection never gets
 * back into `begin()`, which would send COMMIT or ROLLBACK. What the driver itself gets wrong about lost connections is
 * mended by patches/, which see.
 */
export type Lifeline = {
  /** Why nothing may be sent any more; undefined while statements may be. */
  severed(): Error | undefined;
  /** Nothing may be sent from now on. The first reason counts. */
  sever(reason: Error): void;
  /** Rejects as soon as the connection is known to be lost, otherwise never settles. */
  readonly loss: Promise<never>;
  /** @returns `work`, or a promise that never settles once nothing may be sent: `begin()` then has nothing to roll back */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Lets a postgres.js query go out only while it may, and learns from its errors. Returns what it was given. */
  watch<T>(query: T): T;
};

/** @param onLoss called once if the connection is lost */
export function createLifeline(onLoss: (error: Error) => void): Lifeline {
  let reason: Error | undefined;
  const loss = Promise.withResolvers<never>();

  const sever = (error: Error) => {
    reason ??= error;
  };
  const learn = (error: unknown) => {
    if (reason !== undefined || !(error instanceof Error) || !isConnectionLoss(error)) return;
    sever(error);
    onLoss(error);
    loss.reject(error);
  };

  return {
    severed: () => reason,
    sever,
    loss: loss.promise,
    hold: (work) =>
      new Promise((resolve, reject) => {
        work.then(
          (value) => reason === undefined && resolve(value),
          (error: unknown) => {
            learn(error);
            if (reason === undefined) reject(error);
          },
        );
      }),
    watch: (query) => {
      if (!isQuery(query)) return query;
      const { handler, reject } = query;
      query.handler = (self) => (reason === undefined ? handler(self) : reject(reason));
      query.reject = (error) => {
        learn(error);
        reject(error);
      };
      return query;
    },
  };
}

/** The two members of postgres.js' Query through which it is sent and fails. */
type InternalQuery = { handler(query: unknown): unknown; reject(error: unknown): unknown };

function isQuery(value: unknown): value is InternalQuery {
  return (
    value instanceof Promise &&
    "handler" in value &&
    typeof value.handler === "function" &&
    "reject" in value &&
    typeof value.reject === "function"
  );
}
