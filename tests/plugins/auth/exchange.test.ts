import { expect, test } from "bun:test";
import { refusal, useAuthWorld } from "./world/auth-world";

const { github, server, db, cameBack, exchange } = await useAuthWorld();
const spent = { status: 400, code: "session.invalid_exchange_token_or_state" };

test("a sign-in ends in a session that works", async () => {
  github.addUser({ login: "ada", emails: ["ada@example.org"] });
  const answer = await exchange(await cameBack("ada"));
  expect(answer.status).toBe(200);
  const session: { token: string; name: string; admin: boolean } = await answer.json();
  expect(session).toEqual({ token: expect.stringMatching(/^coa_[0-9a-f]{64}$/), name: "ada", admin: true });
  const used = await server.request("GET", "/v1/admin/service_tokens", { token: session.token });
  expect(used.status).toBe(200);
});

test("the second person isn't an admin, and earlier sessions stay valid", async () => {
  const first: { token: string; admin: boolean } = await (await exchange(await cameBack("bob"))).json();
  const second: { token: string; admin: boolean } = await (await exchange(await cameBack("bob"))).json();
  expect([first.admin, second.admin]).toEqual([false, false]);
  expect(second.token).not.toBe(first.token);
  for (const { token } of [first, second]) {
    expect((await server.request("GET", "/v1/admin/service_tokens", { token })).status).toBe(403);
  }
});

test.each([
  ["exchange_token", "session.no_exchange_token"],
  ["state", "session.no_state"],
  ["code", "session.no_code"],
  ["redirect", "session.no_redirect"],
])("without %s it is refused, and the sign-in can still be finished", async (name, code) => {
  const back = await cameBack("ada");
  for (const blank of [undefined, "", " ", [], {}]) {
    expect(await refusal(await exchange({ ...back, [name]: blank }))).toEqual({ status: 400, code });
  }
  expect((await exchange(back)).status).toBe(200);
});

test("parameters are missed in the order of the documentation", async () => {
  expect(await refusal(await exchange({}))).toMatchObject({ code: "session.no_exchange_token" });
  expect(await refusal(await exchange({ exchange_token: "a" }))).toMatchObject({ code: "session.no_state" });
  expect(await refusal(await exchange({ exchange_token: "a", state: "b" }))).toMatchObject({ code: "session.no_code" });
});

test("a sign-in can be exchanged once", async () => {
  const back = await cameBack("ada");
  expect((await exchange(back)).status).toBe(200);
  expect(await refusal(await exchange(back))).toEqual(spent);
});

test("of many simultaneous exchanges of one sign-in one succeeds", async () => {
  const back = await cameBack("ada");
  const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await exchange(back)).status));
  expect(statuses.toSorted()).toEqual([200, 400, 400, 400, 400, 400]);
});

test("a wrong state spends the sign-in too", async () => {
  const back = await cameBack("ada");
  expect(await refusal(await exchange({ ...back, state: "0".repeat(42) }))).toEqual(spent);
  expect(await refusal(await exchange(back))).toEqual(spent);
});

test("the state of another sign-in doesn't fit", async () => {
  const [one, other] = [await cameBack("ada"), await cameBack("ada")];
  expect(await refusal(await exchange({ ...one, state: other.state }))).toEqual(spent);
  expect((await exchange(other)).status).toBe(200);
});

test("an unknown exchange token is refused without asking GitHub", async () => {
  const before = github.requests().length;
  expect(await refusal(await exchange({ exchange_token: "x", state: "x", code: "x", redirect: "x" }))).toEqual(spent);
  expect(github.requests()).toHaveLength(before);
});

test("a sign-in lasts an hour", async () => {
  const [late, inTime] = [await cameBack("ada"), await cameBack("ada")];
  const [oldest] = await db.sql<{ id: number; seconds: number }[]>`
    SELECT id, extract(epoch FROM expires_at - now())::int AS seconds FROM pending_sign_ins ORDER BY id DESC OFFSET 1 LIMIT 1`;
  expect(oldest?.seconds).toBeWithin(3590, 3601);
  await db.sql`UPDATE pending_sign_ins SET expires_at = now() - interval '1 second' WHERE id = ${oldest?.id ?? 0}`;
  expect(await refusal(await exchange(late))).toEqual(spent);
  expect((await exchange(inTime)).status).toBe(200);
});

test("a code GitHub doesn't know is refused and spends the sign-in", async () => {
  const back = await cameBack("ada");
  expect(await refusal(await exchange({ ...back, code: "wrong" }))).toEqual({ status: 400, code: "session.cannot_exchange" });
  expect(await refusal(await exchange(back))).toEqual(spent);
});

test("GitHub's token and the session are stored in no readable form and logged nowhere", async () => {
  const { token }: { token: string } = await (await exchange(await cameBack("ada"))).json();
  const [row] = await db.sql<{ github_token: Uint8Array; hashed_token: string }[]>`
    SELECT u.github_token, t.hashed_token FROM users u JOIN user_tokens t ON t.user_id = u.id WHERE u.login = 'ada' ORDER BY t.id DESC`;
  expect(row?.hashed_token).toBe(new Bun.CryptoHasher("sha256").update(token).digest("base64"));
  expect(Buffer.from(row?.github_token ?? []).toString("latin1")).not.toMatch(/gh[a-z]_/);
  expect(server.logs()).not.toContain(token);
  expect(server.logs()).not.toMatch(/gh[ou]_\w{10}/);
});

test("a code that another client got from GitHub is no use: the verifier never leaves the platform", async () => {
  const back = await cameBack("ada");
  const others = await cameBack("ada");
  expect(await refusal(await exchange({ ...back, code: others.code }))).toEqual({
    status: 400,
    code: "session.cannot_exchange",
  });
  expect((await exchange(await cameBack("ada"))).status).toBe(200);
});

test("a sign-in whose verifier is missing or can't be read is begun again", async () => {
  for (const verifier of [null, Buffer.from("\x02 nothing that decrypts")]) {
    const back = await cameBack("ada");
    await db.sql`UPDATE pending_sign_ins SET code_verifier = ${verifier}`;
    expect(await refusal(await exchange(back))).toEqual(spent);
  }
});
