import type { Sql, TransactionSql } from "postgres";
import { currentAct } from "../act/act";
import type { Logger } from "../log";
import { createLifeline, type Lifeline } from "./lifeline";
import { createOrm, type OrmConnection } from "./orm";
import { watchedSql } from "./transaction-sql";
import type { SqlTypes, Transaction } from "./types";

/** What {@link runTransaction} gives its work besides the public face: the connection for drizzle's own transactions. */
export type OpenTransaction = Transaction & { readonly ormConnection: OrmConnection };

/**
 * Runs `work` between BEGIN and COMMIT on one connection of the pool.
 * @returns what `work` resolved to, after the commit and the effects registered for it
 * @throws what `work` throws, after the rollback; the connection's error if that is lost
 */
export async function runTransaction<T>(
  client: Sql<SqlTypes>,
  log: Logger,
  work: (tx: OpenTransaction) => Promise<T>,
): Promise<T> {
  const effects: (() => void)[] = [];
  const outcome = Promise.withResolvers<T>();
  const lifeline = createLifeline((error) => {
    log.warn({ code: "code" in error ? error.code : undefined }, "database connection lost inside a transaction");
  });
  const begun = client.begin(async (sql) => {
    outcome.resolve(await lifeline.hold(work(openTransaction(client, sql, lifeline, effects))));
  });
  try {
    await Promise.race([begun, lifeline.loss]);
  } finally {
    lifeline.sever(new Error("This transaction is over; a statement was sent on it afterwards."));
  }
  for (const effect of effects) runEffect(effect, log);
  return await outcome.promise;
}

function openTransaction(
  client: Sql<SqlTypes>,
  sql: TransactionSql<SqlTypes>,
  lifeline: Lifeline,
  effects: (() => void)[],
): OpenTransaction {
  const ormConnection = connectionForOrm(sql, lifeline);
  let orm: Transaction["orm"] | undefined;
  return {
    sql: watchedSql(sql, lifeline),
    get orm() {
      orm ??= createOrm(client, ormConnection);
      return orm;
    },
    ormConnection,
    get by() {
      return currentAct();
    },
    afterCommit: (effect) => {
      effects.push(effect);
    },
  };
}

function connectionForOrm(sql: TransactionSql<SqlTypes>, lifeline: Lifeline): OrmConnection {
  return {
    unsafe: (text, parameters, options) => lifeline.watch(sql.unsafe(text, parameters, options)),
    nest: async (work) => {
      const severed = lifeline.severed();
      if (severed !== undefined) throw severed;
      const outcome = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      await sql.savepoint(async (inner) => {
        outcome.resolve(await lifeline.hold(work(connectionForOrm(inner, lifeline))));
      });
      return await outcome.promise;
    },
  };
}

function runEffect(effect: () => void, log: Logger): void {
  try {
    effect();
  } catch (error) {
    log.error({ err: error }, "an effect after a commit failed");
  }
}
