import { expect, test } from "bun:test";
import { serviceToken, signIn } from "../../../testing/factories";
import { useAuthWorld } from "./world/auth-world";

const { github, server, db } = await useAuthWorld();
const admin = await signIn(server, github, "ada");
const service = await serviceToken(server, admin);

/** Uses both tokens. The routes differ, since no caller may use one of the other's. */
async function useBoth(): Promise<void> {
  expect((await server.request("GET", "/v1/admin/service_tokens", { token: admin })).status).toBe(200);
  expect((await server.request("GET", "/v1/admin/service_tokens", { token: service })).status).toBe(403);
}

/** @returns how many seconds ago each token was used, the session's first; null when never */
async function ages(): Promise<(number | null)[]> {
  const rows = await db.sql<{ age: number | null }[]>`
    SELECT extract(epoch FROM now() - last_used_at)::int AS age FROM user_tokens
    UNION ALL SELECT extract(epoch FROM now() - last_used_at)::int FROM service_tokens`;
  return rows.map(({ age }) => age);
}

async function setAge(seconds: number): Promise<void> {
  await db.sql`UPDATE user_tokens SET last_used_at = now() - make_interval(secs => ${seconds})`;
  await db.sql`UPDATE service_tokens SET last_used_at = now() - make_interval(secs => ${seconds})`;
}

/** The time is written behind the answer's back. */
async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) await Bun.sleep(5);
}

test("the first use of a token notes its time", async () => {
  await db.sql`UPDATE user_tokens SET last_used_at = NULL`;
  await db.sql`UPDATE service_tokens SET last_used_at = NULL`;
  await useBoth();
  await until(async () => (await ages()).every((age) => age !== null && age < 30));
});

test("a use more than a minute later notes it again", async () => {
  await setAge(61);
  await useBoth();
  await until(async () => (await ages()).every((age) => age !== null && age < 30));
});

test("a use within the minute writes nothing", async () => {
  await setAge(40);
  const versions = () => db.sql`SELECT xmin::text AS v FROM user_tokens UNION ALL SELECT xmin::text FROM service_tokens`;
  const before = await versions();
  await useBoth();
  // The pool answers in order on each connection: a write sent before would be done after as many statements as it has connections.
  await Promise.all(Array.from({ length: 30 }, () => db.sql`SELECT 1`));
  expect([...(await versions())]).toEqual([...before]);
});

test("a time that can't be written fails no request", async () => {
  await setAge(100);
  await db.sql`ALTER TABLE user_tokens ADD CONSTRAINT frozen CHECK (last_used_at < now() - interval '50 seconds') NOT VALID`;
  try {
    expect((await server.request("GET", "/v1/admin/service_tokens", { token: admin })).status).toBe(200);
    await until(async () => server.logs().includes("the time of a token's last use wasn't written"));
  } finally {
    await db.sql`ALTER TABLE user_tokens DROP CONSTRAINT frozen`;
  }
});
