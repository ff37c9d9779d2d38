import { expect, test } from "bun:test";
import { mend, sweep, world } from "./world/fragile";
import { usePanelWorld } from "./world/panel-world";

const { platform, open, visit, press, deadJob } = await usePanelWorld();
const { db, jobs } = platform;
const cookie = await open();
const page = async (path: string) => await (await visit(cookie, path)).text();
/** Presses a button. @returns what the next page says of it, in a word */
const outcome = async (fields: Record<string, string>) =>
  /done=(\w+)/.exec((await press(cookie, "/jobs", fields)).headers.get("location") ?? "")?.[1];
/** What the audit log says of jobs since something was done, the oldest first. */
async function entriesSince<T>(act: () => Promise<T>): Promise<readonly object[]> {
  const [before] = await db.sql<{ id: number }[]>`SELECT coalesce(max(id), 0)::bigint AS id FROM audit_log`;
  await act();
  return await db.sql<object[]>`
    SELECT actor, credential, action, subject_type AS type, subject_name AS name FROM audit_log WHERE id > ${before?.id ?? 0} ORDER BY id`;
}
const byAdmin = { actor: "admin", credential: "panel", type: "job", name: mend.name };

test("the overview has the depth of the ledger, and what is dead comes first", async () => {
  await deadJob();
  const text = await page("/jobs");
  expect(text).toMatch(/dead<\/span><b>1</);
  expect(text.indexOf(mend.name)).toBeLessThan(text.indexOf("auth.forget_refusals"));
  expect(text).toContain("Mends something of a repository");
  await jobs.deleteDead(mend.name);
  expect(await page("/jobs")).toMatch(/dead<\/span><b>0</);
});

test("each act is done once, said, and in the audit log; what isn't possible any more is neither", async () => {
  const id = await deadJob();
  world.broken = false;
  expect(await entriesSince(() => outcome({ act: "retry", id }))).toEqual([{ ...byAdmin, action: "job.retried" }]);
  await platform.idle();
  expect(await entriesSince(async () => expect(await outcome({ act: "retry", id })).toBe("not_possible"))).toEqual([]);
  await db.transaction((tx) => jobs.enqueue(tx, mend, { repositoryId: 1 }, { delaySeconds: 3600 }));
  await db.transaction((tx) => jobs.enqueue(tx, mend, { repositoryId: 2 }, { delaySeconds: 3600 }));
  const [second, first] = await jobs.list({ name: mend.name });
  expect(await outcome({ act: "promote", id: first?.id ?? "" })).toBe("promoted");
  expect(await outcome({ act: "delete", id: second?.id ?? "" })).toBe("deleted");
  await platform.idle();
  expect(await jobs.list({ name: mend.name })).toEqual([]);
});

test("a name is paused and resumed; meanwhile its jobs wait", async () => {
  world.broken = false;
  const acts = await entriesSince(async () => {
    expect(await outcome({ act: "pause", name: mend.name })).toBe("paused");
    await db.transaction((tx) => jobs.enqueue(tx, mend, { repositoryId: 1 }));
    await platform.idle();
    expect(await jobs.list({ name: mend.name })).toHaveLength(1);
    expect(await page("/jobs")).toContain("paused");
    expect(await outcome({ act: "resume", name: mend.name })).toBe("resumed");
    expect(await outcome({ act: "resume", name: mend.name })).toBe("not_possible");
    await platform.idle();
  });
  expect(acts).toEqual([
    { ...byAdmin, action: "jobs.paused" },
    { ...byAdmin, action: "jobs.resumed" },
  ]);
  expect(await jobs.list({ name: mend.name })).toEqual([]);
  expect(await outcome({ act: "pause", name: "no.such_job" })).toBe("not_possible");
});

test("all dead jobs of a name are retried or deleted together", async () => {
  await deadJob();
  await deadJob();
  world.broken = false;
  expect(await outcome({ act: "retry_dead", name: mend.name })).toBe("retried_all");
  await platform.idle();
  expect(await jobs.list({ name: mend.name })).toEqual([]);
  await deadJob();
  expect(await outcome({ act: "delete_dead", name: mend.name })).toBe("deleted_all");
  expect(await jobs.list({ name: mend.name })).toEqual([]);
  expect(await outcome({ act: "delete_dead", name: mend.name })).toBe("not_possible");
});

test("what a form can't ask for is refused in words", async () => {
  for (const fields of [{ act: "drop", id: "1" }, { act: "retry", id: "one" }, { act: "pause", name: "" }, {}])
    expect((await press(cookie, "/jobs", fields as Record<string, string>)).status).toBe(400);
});

test("of a job that is shown nothing looks like a secret, whatever its payload and its error are", async () => {
  const token = `ghs_${"a".repeat(36)}`;
  world.error = `git failed: https://x-access-token:${token}@github.com/acme/web.git said Authorization: Bearer abcdefghijklmnop`;
  const id = await deadJob({ repositoryId: 7, password: "hunter2-hunter2", note: `cos_${"0".repeat(64)}` });
  for (const text of [await page(`/jobs/job?id=${id}`), await page("/jobs/list?state=dead")]) {
    expect(text).toContain("[masked]");
    for (const secret of [token, "hunter2", "cos_0000", "abcdefghijklmnop"]) expect(text).not.toContain(secret);
  }
  await jobs.deleteDead(mend.name);
});

test("a page has fifty jobs, the next one those before, and costs as many statements with a thousand as with none", async () => {
  const list = "/jobs/list?state=dead&name=fragile.mend";
  const few = await platform.statementsOf(() => page(list));
  await db.sql`
    INSERT INTO core_jobs (name, payload, died_at, last_error)
    SELECT ${mend.name}, '{"repositoryId":1}', now(), 'broken' FROM generate_series(1, 120)`;
  const ids: string[] = [];
  for (let next: string | undefined = list; next !== undefined; ) {
    const text = await page(next.replaceAll("&amp;", "&"));
    ids.push(...[...text.matchAll(/<small>#(\d+)<\/small>/g)].map(([, id = ""]) => id));
    next = /<a href="([^"]+)">Older ones</.exec(text)?.[1];
  }
  expect([ids.length, new Set(ids).size]).toEqual([120, 120]);
  expect(await platform.statementsOf(() => page(list))).toBeLessThanOrEqual(few);
  await jobs.deleteDead(mend.name);
});

test("schedules are shown with when each runs next", async () => {
  const text = await page("/jobs/schedules");
  expect(text).toContain(sweep.name);
  expect(text).toMatch(/data-label="next"><time [^>]+>in \d+/);
});

test("odd addresses show a page or that there is none, and never fail", async () => {
  for (const [path, status] of [
    ["/jobs/list?state=odd&name=&before=x&failed=2", 200],
    ["/jobs/job", 404],
    ["/jobs/job?id=1%3B+DROP+TABLE+core_jobs", 404],
    ["/jobs/job?id=<script>", 404],
    ["/jobs/nothing", 404],
    ["/jobs/__proto__", 404],
    ["/jobs?done=__proto__", 200],
    [`/jobs/list?name=${"n".repeat(5000)}`, 200],
  ] as const)
    expect([path, (await visit(cookie, path)).status]).toEqual([path, status]);
});
