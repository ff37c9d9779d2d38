import type { TestServer } from "./server";

/**
 * Counts what goes over the wire to the database while something is done. Background work may send statements meanwhile, so it is done
 * several times and the fewest count.
 */
export async function statementsOf(server: TestServer, act: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let round = 0; round < 5; round++) counts.push((await statementsDuring(server, act)).length);
  return Math.min(...counts);
}

/**
 * Has PostgreSQL tell how it would do what is sent to it while something is done.
 * @param part of the statement's text that is meant
 * @returns the plan, with the values that were sent
 */
export async function planOf(server: TestServer, part: string, act: () => Promise<unknown>): Promise<string> {
  const statement = (await statementsDuring(server, act)).find(({ text }) => text.includes(part));
  if (!statement) throw new Error(`no statement with "${part}" was sent`);
  const rows = await server.app.db.sql.unsafe(`EXPLAIN ${statement.text}`, statement.values);
  return rows.map((row) => String(row["QUERY PLAN"])).join("\n");
}

export interface Statement {
  readonly text: string;
  /** Of its parameters, as they are sent. */
  readonly values: (string | null)[];
}

/** @returns what goes over the wire to the database while something is done, in that order; that of background work too */
export async function statementsDuring(server: TestServer, act: () => Promise<unknown>): Promise<Statement[]> {
  const options: unknown = Reflect.get(server.app.db.sql, "options");
  if (typeof options !== "object" || options === null) throw new Error("the database client doesn't show its options");
  const sent: Statement[] = [];
  Reflect.set(options, "debug", (_connection: number, text: string, values: (string | null)[]) => {
    sent.push({ text, values });
  });
  try {
    await act();
  } finally {
    Reflect.set(options, "debug", false);
  }
  return sent;
}
