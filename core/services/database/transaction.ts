import type { Sql, TransactionSql } from "postgres";
import type { Logger } from "../log/logger";
import { currentAct } from "../observation/act";
import { isConnectionLoss } from "./database-errors";
import { createOrm, type OrmConnection } from "./orm";
import { transactionSql } from "./transaction-sql";
import type { SqlTypes, Transaction } from "./types";

/** What {@link runTransaction} gives its work besides the public face: the connection for drizzle's own transactions. */
export type OpenTransaction = Transaction & { readonly ormConnection: OrmConnection };

/**
 * Runs `work` between BEGIN and COMMIT on one connection of the pool. Statements that work sends after its connection was lost, or
 * while the transaction ends and later, are refused: the driver sees to that, by patches/, which see.
 * @returns what `work` resolved to, after the commit and the effects registered for it
 * @throws what `work` throws, after the rollback; the connection's error as soon as that is lost
 */
export async function runTransaction<T>(
  client: Sql<SqlTypes>,
  log: Logger,
  work: (tx: OpenTransaction) => Promise<T>,
): Promise<T> {
  const effects: (() => void)[] = [];
  const outcome = Promise.withResolvers<T>();
  try {
    await client.begin(async (sql) => {
      outcome.resolve(await work(openTransaction(sql, effects)));
    });
  } catch (error) {
    if (isConnectionLoss(error)) log.warn({ code: error.code }, "database connection lost inside a transaction");
    throw error;
  }
  for (const effect of effects) runEffect(effect, log);
  return await outcome.promise;
}

function openTransaction(sql: TransactionSql<SqlTypes>, effects: (() => void)[]): OpenTransaction {
  const ormConnection = connectionForOrm(sql);
  let orm: Transaction["orm"] | undefined;
  return {
    sql: transactionSql(sql),
    get orm() {
      orm ??= createOrm(ormConnection);
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

function connectionForOrm(sql: TransactionSql<SqlTypes>): OrmConnection {
  return {
    unsafe: (text, parameters, options) => sql.unsafe(text, parameters, options),
    nest: async (work) => {
      const outcome = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      await sql.savepoint(async (inner) => {
        outcome.resolve(await work(connectionForOrm(inner)));
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
