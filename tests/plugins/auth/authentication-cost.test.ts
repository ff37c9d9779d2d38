import { expect, test } from "bun:test";
import { json, serviceToken, signIn } from "../../../testing/factories";
import { statementsOf } from "../../../testing/statements";
import { useAuthWorld } from "./world/auth-world";
import { personalToken } from "./world/personal-tokens";

const { github, server, db } = await useAuthWorld();
const session = await signIn(server, github, "ada");
const service = await serviceToken(server, session);
const user = (token: string) => server.request("GET", "/v1/user", { token });

/** The text of the statement that finds out whose token it is, as it goes to the database. */
async function lookup(): Promise<string> {
  const options: unknown = Reflect.get(db.sql, "options");
  if (typeof options !== "object" || options === null) throw new Error("the database client doesn't show its options");
  const sent: string[] = [];
  Reflect.set(options, "debug", (_connection: number, text: string) => sent.push(text));
  try {
    await user(session);
  } finally {
    Reflect.set(options, "debug", false);
  }
  const text = sent.find((statement) => statement.includes("service_tokens"));
  if (text === undefined) throw new Error("nothing was looked up");
  return text;
}

test("authenticating is one statement, whatever the token", async () => {
  const { token_value } = await personalToken(server, session);
  // The first use of each is noted, which is another one.
  for (const token of [session, token_value, service]) await user(token);
  await db.sql`UPDATE user_tokens SET last_used_at = now()`;
  await db.sql`UPDATE service_tokens SET last_used_at = now()`;
  for (const token of [session, token_value, service, "cop_unknown"]) {
    expect([token.slice(0, 3), await statementsOf(server, () => user(token))]).toEqual([token.slice(0, 3), 1]);
  }
});

test("it reads both kinds of token by index, among many", async () => {
  await db.sql`
    INSERT INTO user_tokens (user_id, kind, hashed_token) SELECT u.id, 'auth', 'session' || n FROM users u, generate_series(1, 3000) n`;
  await db.sql`
    INSERT INTO service_tokens (owner_id, description, hashed_token) SELECT u.id, 'Worker', 'service' || n FROM users u, generate_series(1, 3000) n`;
  await db.sql`
    INSERT INTO users (login, github_id) SELECT 'somebody' || n, -n FROM generate_series(1, 3000) n`;
  await db.sql`ANALYZE users, user_tokens, service_tokens`;
  const text = (await lookup()).replace(/\$\d+/g, "'session7'");
  const plan = (await db.sql.unsafe(`EXPLAIN ${text}`)).map((row) => String(row["QUERY PLAN"])).join("\n");
  expect(plan).not.toContain("Seq Scan");
  for (const index of ["user_tokens_hashed_token_key", "service_tokens_hashed_token_key", "users_pkey"]) {
    expect(plan).toContain(`Index Scan using ${index}`);
  }
});

test("a hundred uses at once note the time once", async () => {
  await db.sql`UPDATE service_tokens SET last_used_at = NULL`;
  const version = async () => {
    const [row] = await db.sql`SELECT last_used_at AS at FROM service_tokens WHERE description = 'Worker' ORDER BY id LIMIT 1`;
    return row?.at;
  };
  const sent = await statementsOf(server, async () => {
    await db.sql`UPDATE service_tokens SET last_used_at = NULL WHERE last_used_at IS NOT NULL`;
    await Promise.all(Array.from({ length: 100 }, () => user(service)));
    while ((await version()) === null) await Bun.sleep(5);
  });
  expect(sent).toBeLessThan(140);
});

test("what became of its owner counts with the next request", async () => {
  const { token_value: token } = await personalToken(server, session, { scopes: ["admin"] });
  const shown = async () => await json<{ admin: boolean; login: string }>(await user(token), 200);
  expect(await shown()).toMatchObject({ admin: true, login: "ada" });
  await db.sql`UPDATE users SET admin = false, login = 'lovelace' WHERE login = 'ada'`;
  expect(await shown()).toMatchObject({ admin: false, login: "lovelace" });
});
