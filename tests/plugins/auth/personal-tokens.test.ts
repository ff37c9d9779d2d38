import { describe, expect, test } from "bun:test";
import { json, signIn } from "../../../testing/factories";
import { statementsOf } from "../../../testing/statements";
import { refusal, useAuthWorld } from "./world/auth-world";
import { type MadeToken, personalToken } from "./world/personal-tokens";

const { github, server, db } = await useAuthWorld();
const ada = await signIn(server, github, "ada");
const bob = await signIn(server, github, "bob");
const own = "/v1/personal_tokens";
const all = "/v1/admin/personal_tokens";

type Shown = Omit<MadeToken, "token_value"> & { owner?: { login: string; avatar_url: string | null } };
const create = (token: string, body: object) => server.request("POST", own, { token, body });
const page = async (token: string, path = own) =>
  await json<{ tokens: Shown[]; paging: object }>(await server.request("GET", path, { token }), 200);
const daysUntil = (time: string | null) => (time === null ? null : (Date.parse(time) - Date.now()) / 86_400_000);
const revoke = (token: string, path: string, id: number | string) => server.request("DELETE", `${path}/${id}`, { token });
const worksAs = async (token: string) => (await server.request("GET", "/v1/user", { token })).status;

describe("a new personal token", () => {
  test("is shown once, reads for 90 days unless more is asked for, and stands in its owner's list", async () => {
    const { token_value, ...shown } = await personalToken(server, ada, { description: "Release script" });
    expect(token_value).toMatch(/^cop_[0-9a-f]{64}$/);
    expect(shown).toEqual({
      id: expect.any(Number),
      description: "Release script",
      scopes: ["read"],
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      last_used_at: null,
    });
    expect(daysUntil(shown.expires_at)).toBeCloseTo(90, 0);
    expect((await page(ada)).tokens[0]).toEqual(shown);
    expect(JSON.stringify(await db.sql`SELECT * FROM user_tokens`)).not.toContain(token_value);
    expect(server.logs()).not.toContain(token_value);
  });

  test.each([[1], [366], ["30"]])("expires in %j days", async (days) => {
    const { expires_at } = await personalToken(server, ada, { expires_in_days: days });
    expect(daysUntil(expires_at)).toBeCloseTo(Number(days), 0);
  });

  test("may have several scopes, each of which counts once", async () => {
    expect((await personalToken(server, ada, { scopes: ["admin", "read", "admin"] })).scopes).toEqual(["admin", "read"]);
  });

  test.each([[undefined], [null], [""], [" \n"], [[]], [{}], [false]])("%p is no description", async (description) => {
    const answer = await create(ada, { description, scopes: [], expires_in_days: -1 });
    expect(await refusal(answer)).toEqual({ status: 400, code: "personal_tokens.missing_description" });
  });

  test("has a description of at most 255 characters", async () => {
    expect((await personalToken(server, ada, { description: "x".repeat(255) })).description).toHaveLength(255);
    const answer = await create(ada, { description: "x".repeat(256) });
    expect(await refusal(answer)).toEqual({ status: 400, code: "request.malformed" });
  });

  test.each([[[]], [["everything"]], [["Read"]], ["read"], [{ read: true }], [[null]], [7], [["all"]]])(
    "%j isn't taken for a list of scopes",
    async (scopes) => {
      expect(await refusal(await create(ada, { description: "Script", scopes }))).toEqual({
        status: 400,
        code: "personal_tokens.invalid_scopes",
      });
    },
  );

  test.each([[0], ["0"], [-1], [367], [1.5], ["soon"], [1e30]])("can't expire in %j days", async (days) => {
    expect(await refusal(await create(ada, { description: "Script", expires_in_days: days }))).toEqual({
      status: 400,
      code: "personal_tokens.invalid_expiry",
    });
  });

  test("is made by whoever is signed in, and by no other token", async () => {
    const { token_value: token } = await personalToken(server, ada, { scopes: ["admin"] });
    expect(await refusal(await create(token, { description: "Offspring" }))).toEqual({ status: 403, code: "auth.forbidden" });
  });
});

test("one person has at most 100 that haven't expired, also when they are made all at once", async () => {
  const eve = await signIn(server, github, "eve");
  for (let made = 0; made < 3; made += 1) await personalToken(server, eve);
  await db.sql`
    INSERT INTO user_tokens (user_id, kind, description, scopes, hashed_token, expires_at)
    SELECT u.id, 'personal', 'Script', '{read}', 'filler' || n, now() + make_interval(days => n - 20)
      FROM users u, generate_series(1, 113) n WHERE login = 'eve'`;
  const answers = await Promise.all(Array.from({ length: 8 }, () => create(eve, { description: "One more" })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 201, 409, 409, 409, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(refused && (await refusal(refused)).code).toBe("personal_tokens.too_many");
  const [kept] = await db.sql`SELECT id FROM user_tokens WHERE kind = 'personal' AND hashed_token = 'filler112'`;
  expect((await revoke(eve, own, kept?.id)).status).toBe(204);
  await personalToken(server, eve);
});

describe("the list of one's own", () => {
  test("has nobody else's and no sessions, the newest first, in pages", async () => {
    const carl = await signIn(server, github, "carl");
    const made: number[] = [];
    for (let number = 0; number < 3; number += 1) made.push((await personalToken(server, carl)).id);
    await personalToken(server, bob);
    const first = await page(carl, `${own}?per_page=2`);
    expect(first.tokens.map(({ id }) => id)).toEqual(made.toReversed().slice(0, 2));
    expect(first.paging).toMatchObject({ page: 1, total_pages: 2 });
    expect((await page(carl, `${own}?per_page=2&page=2`)).tokens.map(({ id }) => id)).toEqual(made.slice(0, 1));
    expect((await page(carl, `${own}?page=9`)).tokens).toEqual([]);
  });

  test("costs as many statements for many tokens as for one", async () => {
    const dora = await signIn(server, github, "dora");
    await personalToken(server, dora);

    const one = await statementsOf(server, () => page(dora));
    for (let number = 0; number < 5; number += 1) await personalToken(server, dora);
    expect(await statementsOf(server, () => page(dora))).toBe(one);
  });
});

describe("everybody's, for admins,", () => {
  test("show whose they are, of one person if wanted", async () => {
    const { id } = await personalToken(server, bob, { description: "Bob's" });
    const { tokens, paging } = await page(ada, `${all}?per_page=1`);
    expect(tokens).toEqual([
      expect.objectContaining({ id, description: "Bob's", owner: { login: "bob", avatar_url: expect.any(String) } }),
    ]);
    expect(paging).toMatchObject({ page: 1 });
    const ofBob = await page(ada, `${all}?login=BOB`);
    expect(new Set(ofBob.tokens.map(({ owner }) => owner?.login))).toEqual(new Set(["bob"]));
    expect((await page(ada, `${all}?login=nobody`)).tokens).toEqual([]);
    expect(JSON.stringify(tokens)).not.toContain("token_value");
  });

  test("are for nobody else", async () => {
    for (const answer of [await server.request("GET", all, { token: bob }), await revoke(bob, all, 1)]) {
      expect(await refusal(answer)).toEqual({ status: 403, code: "auth.forbidden" });
    }
  });
});

describe("revoking", () => {
  test("one's own ends it with the next request", async () => {
    const { id, token_value } = await personalToken(server, bob);
    expect(await worksAs(token_value)).toBe(200);
    const answer = await revoke(bob, own, id);
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(await worksAs(token_value)).toBe(401);
    expect(await refusal(await revoke(bob, own, id))).toEqual({ status: 404, code: "not_found" });
  });

  test("reaches nobody else's, and no session", async () => {
    const { id, token_value } = await personalToken(server, ada);
    expect((await revoke(bob, own, id)).status).toBe(404);
    expect(await worksAs(token_value)).toBe(200);
    const [session] =
      await db.sql`SELECT t.id FROM user_tokens t JOIN users u ON u.id = user_id WHERE kind = 'auth' AND login = 'bob'`;
    expect((await revoke(bob, own, session?.id)).status).toBe(404);
    expect((await revoke(ada, all, session?.id)).status).toBe(404);
    expect(await worksAs(bob)).toBe(200);
  });

  test("as admin reaches everybody's", async () => {
    const { id, token_value } = await personalToken(server, bob);
    expect((await revoke(ada, all, id)).status).toBe(204);
    expect(await worksAs(token_value)).toBe(401);
  });

  test.each(["0", "-1", "12abc", "99999999999999999999", "null"])("%s is no token's id", async (id) => {
    expect((await revoke(bob, own, id)).status).toBe(404);
    expect((await revoke(ada, all, id)).status).toBe(404);
  });
});

test("who left takes no token along, also when one is being made at that moment", async () => {
  const session = await signIn(server, github, "frank");
  const { token_value } = await personalToken(server, session);
  let answer: Promise<Response> | undefined;
  await db.transaction(async ({ sql }) => {
    // As leaving does: the account first, then its tokens. The request is authenticated and waits for the account meanwhile.
    await sql`UPDATE users SET updated_at = now() WHERE login = 'frank'`;
    answer = create(session, { description: "Parting gift" });
    await waiting();
    await sql`DELETE FROM user_tokens WHERE user_id = (SELECT id FROM users WHERE login = 'frank')`;
  });
  expect(answer && (await refusal(await answer))).toEqual({ status: 401, code: "auth.invalid_token" });
  expect(await worksAs(token_value)).toBe(401);
  const left = await db.sql`SELECT FROM user_tokens t JOIN users u ON u.id = t.user_id WHERE login = 'frank'`;
  expect(left.count).toBe(0);
});

/** Until somebody waits for a lock. */
async function waiting(): Promise<void> {
  for (;;) {
    const rows = await db.sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (rows.count > 0) return;
    await Bun.sleep(5);
  }
}
