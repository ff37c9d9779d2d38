import { expect, test } from "bun:test";
import { serviceToken, signIn } from "../../../testing/factories";
import { refusal, useAuthWorld } from "./world/auth-world";

const { github, server, db } = await useAuthWorld();
const admin = await signIn(server, github, "ada");
const user = await signIn(server, github, "bob");
const service = await serviceToken(server, admin);
const path = "/v1/admin/service_tokens";

const ask = (authorization: string) => fetch(`${server.url}${path}`, { headers: { authorization } });
const hash = (token: string) => new Bun.CryptoHasher("sha256").update(token).digest("base64");
const invalid = { status: 401, code: "auth.invalid_token" };

test.each(["bearer", "Bearer", "BEARER", "bEaReR"])("the scheme may be written %s", async (scheme) => {
  expect((await ask(`${scheme} ${admin}`)).status).toBe(200);
});

test("the credential is the last piece, whatever stands before it", async () => {
  expect((await ask(`bearer   ${admin}`)).status).toBe(200);
  expect((await ask(`bearer token ${admin}`)).status).toBe(200);
  expect(await refusal(await ask(`bearer ${admin} x`))).toEqual(invalid);
});

test("no header, and a blank one, are no authorization", async () => {
  const none = { status: 401, code: "auth.no_authorization" };
  expect(await refusal(await server.request("GET", path))).toEqual(none);
  expect(await refusal(await ask(""))).toEqual(none);
  expect(await refusal(await ask("   "))).toEqual(none);
});

test.each([
  ["another scheme", `token ${admin}`],
  ["basic", `Basic ${Buffer.from(`ada:${admin}`).toString("base64")}`],
  ["the token alone", admin],
  ["the scheme alone", "bearer"],
  ["an unknown token", `bearer coa_${"0".repeat(64)}`],
  ["a token in capitals", `bearer ${admin.toUpperCase()}`],
  ["a shortened token", `bearer ${admin.slice(0, -1)}`],
  ["a hash", `bearer ${hash(admin)}`],
  ["a very long one", `bearer ${"a".repeat(4000)}`],
  ["quotes", `bearer "${admin}"`],
  ["SQL", "bearer ' OR 1=1 --"],
])("%s is an invalid token", async (_what, header) => {
  expect(await refusal(await ask(header))).toEqual(invalid);
});

test("the wrong kind of caller is forbidden, before parameters are looked at", async () => {
  const forbidden = { status: 403, code: "auth.forbidden" };
  for (const token of [user, service]) {
    expect(await refusal(await server.request("GET", path, { token }))).toEqual(forbidden);
    expect(await refusal(await server.request("POST", path, { token, body: {} }))).toEqual(forbidden);
    expect(await refusal(await server.request("DELETE", `${path}/999`, { token }))).toEqual(forbidden);
    const broken = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { authorization: `bearer ${token}`, "content-type": "application/json" },
      body: "{",
    });
    expect(await refusal(broken)).toEqual(forbidden);
  }
});

test("tokens are stored as base64 of SHA-256 over the whole text", async () => {
  expect(hash(`coa_${"0".repeat(64)}`)).toBe("kN4J1vK9ajKIW2YjaS3F60IhHFRQnTjiO70QpsCHK18=");
  const rows = await db.sql<{ hashed_token: string }[]>`
    SELECT hashed_token FROM user_tokens UNION ALL SELECT hashed_token FROM service_tokens`;
  expect(rows.map((row) => row.hashed_token).toSorted()).toEqual([admin, user, service].map(hash).toSorted());
});

test("a token is valid until it expires", async () => {
  const token = `cop_${"1".repeat(64)}`;
  await db.sql`
    INSERT INTO user_tokens (user_id, kind, description, scopes, hashed_token, expires_at)
    SELECT id, 'personal', 'Script', '{admin}', ${hash(token)}, now() + interval '1 hour' FROM users WHERE login = 'ada'`;
  expect((await server.request("GET", path, { token })).status).toBe(200);
  await db.sql`UPDATE user_tokens SET expires_at = now() - interval '1 second' WHERE hashed_token = ${hash(token)}`;
  expect(await refusal(await server.request("GET", path, { token }))).toEqual(invalid);
});

test("a revoked grant at GitHub doesn't end the session", async () => {
  github.revokeTokens(github.user("ada"));
  expect((await server.request("GET", path, { token: admin })).status).toBe(200);
});
