import type { TestServer } from "./server";

/**
 * Counts what goes over the wire to the database while something is done. Background work may send statements meanwhile, so it is done
 * several times and the fewest count.
 */
export async function statementsOf(server: TestServer, act: () => Promise<unknown>): Promise<number> {
  const options: unknown = Reflect.get(server.app.db.sql, "options");
  if (typeof options !== "object" || options === null) throw new Error("the database client doesn't show its options");
  const counts: number[] = [];
  for (let round = 0; round < 5; round++) {
    let sent = 0;
    Reflect.set(options, "debug", () => {
      sent += 1;
    });
    try {
      await act();
    } finally {
      Reflect.set(options, "debug", false);
    }
    counts.push(sent);
  }
  return Math.min(...counts);
}
