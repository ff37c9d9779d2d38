import { describe, expect, test } from "bun:test";
import { auditPage, type EntryFilter } from "../../../plugins/audit/page";
import { record } from "../../../plugins/audit/record";
import { forgetOldEntries } from "../../../plugins/audit/retention";
import { useTestPlatform } from "../../../testing/test-platform";
import { json, refusal, rejection } from "./world/answers";

const platform = await useTestPlatform({ settings: { audit: { retentionDays: 30 } } });
const { db } = platform;
const admin = await platform.admin();

interface Entry {
  id: number;
  at: string;
  actor: string | null;
  credential: string | null;
  action: string;
  subject: { type: string; id: number | string | null; name: string | null };
  repository: string | null;
  request_id: string | null;
  address: string | null;
}
const read = async (query = ""): Promise<{ entries: Entry[]; next_before: number | null }> =>
  await json(await platform.request("GET", `/v1/admin/audit_log${query}`, { token: admin }), 200);

/** Entries at hours of one day, older ones first. */
async function written(actor: string, hours: readonly string[], more: { action?: string; repository?: string } = {}) {
  const times = hours.map((hour) => `2026-11-01T${hour}Z`);
  await db.sql`
    INSERT INTO audit_log (at, actor, action, subject_type, repository)
    SELECT at, ${actor}, ${more.action ?? "tea.made"}, 'tea', ${more.repository ?? null}
      FROM unnest(${times}::timestamptz[]) AS t(at)`;
}

test("an entry says who did what, by which credential, when, from where and in which request", async () => {
  const body = { description: "Worker" };
  const headers = { "x-request-id": "the-very-request" };
  const made: { id: number; token_value: string } = await json(
    await platform.request("POST", "/v1/admin/service_tokens", { token: admin, body, headers }),
    201,
  );
  const { entries } = await read("?action=service_token.created");
  expect(entries[0]).toEqual({
    id: expect.any(Number),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    actor: "admin",
    credential: "session",
    action: "service_token.created",
    subject: { type: "service_token", id: made.id, name: "Worker" },
    repository: null,
    request_id: "the-very-request",
    address: "127.0.0.1",
  });
  expect(JSON.stringify(await read())).not.toContain(made.token_value);
});

test("signing in and being refused are written, with whose login it was when GitHub said so", async () => {
  await platform.signIn("grace");
  platform.github.addUser({ login: "mallory", orgRole: "none" });
  await expect(platform.signIn("mallory")).rejects.toThrow("403");
  const exchange = { exchange_token: "made-up", state: "made-up", code: "made-up", redirect: "https://ui.example.org" };
  expect((await platform.request("POST", "/auth/exchange", { body: exchange })).status).toBe(400);
  const { entries } = await read("?per_page=3");
  expect(entries.map(({ actor, action, subject: { name } }) => ({ actor, action, name }))).toEqual([
    { actor: null, action: "session.refused", name: null },
    { actor: null, action: "session.refused", name: "mallory" },
    { actor: "grace", action: "session.created", name: "grace" },
  ]);
});

test("a service is told from people, and what it did is found by the repository it did it to", async () => {
  await platform.createRepository({ name: "teapot" });
  expect((await read("?repository=Teapot")).entries).toMatchObject([
    {
      actor: expect.stringMatching(/^service:\d+$/),
      credential: "service",
      action: "repository.added",
      subject: { type: "repository", id: expect.any(Number), name: "teapot" },
      repository: "teapot",
    },
  ]);
});

test("a script is told from the person whose token it has", async () => {
  const token = await platform.signIn("scripted");
  const body = { description: "Script", scopes: ["write"] };
  const { token_value } = await json<{ token_value: string }>(
    await platform.request("POST", "/v1/personal_tokens", { token, body }),
    201,
  );
  const kettle = await platform.github.addRepository({ name: "kettle" });
  kettle.setCollaborator(platform.github.user("scripted"), "admin");
  await json(await platform.request("POST", "/v1/repositories", { token: token_value, body: { name: "kettle" } }), 201);
  expect((await read("?actor=scripted")).entries.map(({ credential, action }) => [credential, action])).toEqual([
    ["personal", "repository.added"],
    ["session", "personal_token.created"],
    [null, "session.created"],
  ]);
});

test("entries outlive the person they are about", async () => {
  await platform.signIn("short-lived");
  const [{ id } = { id: 0 }] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = 'short-lived'`;
  expect((await platform.request("DELETE", `/v1/admin/users/${id}`, { token: admin })).status).toBe(204);
  expect((await read("?actor=short-lived")).entries).toMatchObject([{ actor: "short-lived", action: "session.created" }]);
  expect((await read("?action=user.deleted")).entries).toMatchObject([
    { actor: "admin", subject: { type: "user", id, name: "short-lived" } },
  ]);
});

test("what didn't happen isn't written", async () => {
  const before = await read();
  const answer = await platform.request("POST", "/v1/admin/service_tokens", {
    token: admin,
    body: { description: "x", scopes: ["made-up"] },
  });
  expect(answer.status).toBe(400);
  expect((await platform.request("DELETE", "/v1/admin/service_tokens/999", { token: admin })).status).toBe(404);
  expect(await read()).toEqual(before);
});

test("a name as long as people can make it is kept in part", async () => {
  const subject = { type: "widget", id: "x".repeat(5000), name: "😀".repeat(5000) };
  await db.transaction((tx) => record(tx, { action: "widget.created", subject, repository: null }));
  const [entry] = (await read("?per_page=1")).entries;
  expect(entry?.subject).toEqual({ type: "widget", id: `${"x".repeat(499)}…`, name: `${"😀".repeat(499)}…` });
});

test("only admins read it, not services and not members", async () => {
  for (const token of [await platform.signIn("member"), await platform.serviceToken()]) {
    expect(await refusal(await platform.request("GET", "/v1/admin/audit_log", { token }))).toEqual([403, "auth.forbidden"]);
  }
  expect((await platform.request("GET", "/v1/admin/audit_log")).status).toBe(401);
});

describe("reading", () => {
  test("goes on before the last entry until there is nothing left, also among entries of one moment", async () => {
    await written("pages", ["10:00:00", ...Array(5).fill("11:00:00"), "12:00:00"]);
    const seen: number[] = [];
    let before: number | null = null;
    do {
      const page = await read(`?actor=PAGES&per_page=3${before === null ? "" : `&before=${before}`}`);
      seen.push(...page.entries.map(({ id }) => id));
      before = page.next_before;
    } while (before !== null);
    expect(seen).toHaveLength(7);
    expect(seen).toEqual(seen.toSorted((one, other) => other - one));
    expect(await read("?actor=admin&before=1")).toEqual({ entries: [], next_before: null });
    expect((await read(`?actor=pages&before=${Number.MAX_SAFE_INTEGER}`)).entries).toHaveLength(7);
  });

  test.each([
    ["from=2026-11-01T10:00:00Z&to=2026-11-01T10:00:00Z", ["10:00:00.000"]],
    ["from=2026-11-01T11:00:00%2B00:30", ["11:00:00.500", "10:30:00.000"]],
    ["to=2026-11-01T11:00:00.499Z", ["10:30:00.000", "10:00:00.000"]],
    ["from=2026-11-01&to=2026-11-01", ["11:00:00.500", "10:30:00.000", "10:00:00.000"]],
    ["to=2026-10-31", []],
    ["from=2026-11-02", []],
  ])("with %s takes both ends in, and days whole", async (range, expected) => {
    if ((await read("?actor=times")).entries.length === 0) await written("times", ["10:00:00", "10:30:00", "11:00:00.5"]);
    const { entries } = await read(`?actor=times&${range}`);
    expect(entries.map(({ at }) => at.slice(11, 23))).toEqual(expected);
  });

  test("by repository and action takes the name in any case, and everything that is asked for", async () => {
    await written("where", ["10:00:00"], { repository: "Pot" });
    await written("where", ["10:01:00"], { repository: "Pot", action: "tea.poured" });
    expect((await read("?repository=pot")).entries).toHaveLength(2);
    expect((await read("?repository=POT&action=tea.poured&actor=Where")).entries).toMatchObject([{ repository: "Pot" }]);
    expect((await read("?repository=pot&actor=nobody")).entries).toEqual([]);
  });

  test.each([
    ["from=yesterday", "audit_log.invalid_from"],
    ["from=2026-13-01", "audit_log.invalid_from"],
    ["from=0000-01-01", "audit_log.invalid_from"],
    ["from=9999-12-31T23:59:59-01:00", "audit_log.invalid_from"],
    ["to=2026-11-01T10:00:00", "audit_log.invalid_to"],
    ["to=9999-12-31", "audit_log.invalid_to"],
    ["to=1%00", "audit_log.invalid_to"],
    ["from=2026-11-02&to=2026-11-01", "audit_log.invalid_range"],
    ["action=created", "audit_log.invalid_action"],
    ["action=a.b.c", "audit_log.invalid_action"],
    [`actor=${"a".repeat(256)}`, "audit_log.invalid_actor"],
    [`repository=${"a".repeat(256)}`, "audit_log.invalid_repository"],
    ["before=0", "audit_log.invalid_before"],
    ["before=next", "audit_log.invalid_before"],
    ["before=9223372036854775807", "audit_log.invalid_before"],
  ])("with %s is refused", async (query, code) => {
    expect(await refusal(await platform.request("GET", `/v1/admin/audit_log?${query}`, { token: admin }))).toEqual([400, code]);
  });
});

describe("what is written", () => {
  test.each([
    ["UPDATE audit_log SET actor = 'nobody'"],
    ["DELETE FROM audit_log"],
    ["TRUNCATE audit_log"],
    ["WITH kept AS (SELECT set_config('cocov.audit_log_retention_days', '1', true)) DELETE FROM audit_log USING kept"],
  ])("isn't changed: %s", async (statement) => {
    const before = await read();
    expect(await rejection(db.sql.unsafe(statement))).toContain("append-only");
    expect(await read()).toEqual(before);
  });

  test("goes when it is older than the setting says, however much that is, and what is newer stays", async () => {
    await db.sql`
      INSERT INTO audit_log (at, actor, action, subject_type)
      SELECT now() - make_interval(days => 30, secs => n - 10), 'old', 'tea.made', 'tea' FROM generate_series(-60, 11000, 1) AS n`;
    await platform.run(forgetOldEntries, {});
    const [left] = await db.sql<{ count: number }[]>`SELECT count(*)::int FROM audit_log WHERE actor = 'old'`;
    expect(left?.count).toBeWithin(1, 71);
    expect((await read("?actor=admin")).entries).not.toEqual([]);
  });
});

describe("of a hundred thousand entries a page is read by an index, not by going through them", () => {
  const filters: [string, EntryFilter][] = [
    ["the newest", {}],
    ["those of an actor", { actor: "actor-7" }],
    ["those of an actor who did little", { actor: "rare" }],
    ["those of an action", { action: "thing.done_7" }],
    ["those of a repository", { repository: "repository-7" }],
    ["those of a time long ago", { from: new Date("2026-06-02"), until: new Date("2026-06-03") }],
    ["those of an actor at a time", { actor: "actor-7", from: new Date("2026-06-02"), until: new Date("2026-06-10") }],
    ["those before an entry", { action: "thing.done_7", before: 50_000 }],
  ];
  test.each(filters)("%s", async (_what, filter) => {
    const [present] = await db.sql<{ there: boolean }[]>`SELECT EXISTS (SELECT FROM audit_log WHERE actor = 'rare') AS there`;
    if (!present?.there) {
      await db.sql`
        INSERT INTO audit_log (at, actor, action, subject_type, repository)
        SELECT timestamptz '2026-06-01' + n * interval '2 minutes', CASE WHEN n = 60000 THEN 'rare' ELSE 'actor-' || n % 50 END,
               'thing.done_' || n % 40, 'thing', 'repository-' || n % 60
          FROM generate_series(1, 100000) AS n`;
      await db.sql`ANALYZE audit_log`;
    }
    const [row] = await db.sql<{ "QUERY PLAN": [{ Plan: Plan }] }[]>`
      EXPLAIN (ANALYZE, FORMAT JSON) ${auditPage(db, filter, 26)}`;
    const nodes = row ? flat(row["QUERY PLAN"][0].Plan) : [];
    expect(nodes.map((node) => node["Node Type"])).not.toContain("Seq Scan");
    expect(Math.max(...nodes.map((node) => node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)))).toBeLessThan(3000);
  });
});

interface Plan {
  "Node Type": string;
  "Actual Rows": number;
  "Rows Removed by Filter"?: number;
  Plans?: Plan[];
}
const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
