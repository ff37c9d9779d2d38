import { expect, test } from "bun:test";
import { z } from "zod";
import { useTestPlatform } from "../../../testing";
import { type Exposition, readExposition } from "./world/exposition";
import { promised } from "./world/promised";

const platform = await useTestPlatform({ env: { COCOV_METRICS_BIND: "127.0.0.1:0" } });
const { onGitHub, repository } = await platform.createRepository({ name: "web", files: { "a.rb": "a" } });
const address = /"url":"(http:\/\/[^"]+\/metrics)"/.exec(platform.logs())?.[1] ?? "";
const scrape = async (): Promise<Exposition> => {
  const answer = await fetch(address);
  expect(answer.status).toBe(200);
  return readExposition(await answer.text());
};
/** Scrapes until something is so: what is read from the database rests in between. */
async function scrapeUntil(isSo: (exposition: Exposition) => boolean): Promise<Exposition> {
  for (;;) {
    const exposition = await scrape();
    if (isSo(exposition)) return exposition;
    await Bun.sleep(5);
  }
}
/** How much a counter has grown by what is done. */
async function growth(name: string, labels: Record<string, string>, act: () => Promise<unknown>): Promise<number> {
  const before = (await scrape()).value(name, labels) ?? 0;
  await act();
  return ((await scrape()).value(name, labels) ?? 0) - before;
}

test("every promised metric is there, with its type and its labels, and no other", async () => {
  await platform.push(onGitHub, { files: { "b.rb": "b" } });
  const { types, samples } = await scrape();
  for (const [name, [type, ...labels]] of Object.entries(promised)) {
    expect([name, types.get(name)]).toEqual([name, type]);
    for (const sample of samples.filter((one) => one.name === (type === "histogram" ? `${name}_count` : name)))
      expect([name, ...Object.keys(sample.labels).sort()]).toEqual([name, ...labels]);
  }
  const others = [...types.keys()].filter((name) => !Object.hasOwn(promised, name) && !name.startsWith("process_"));
  expect(others).toEqual([]);
});

test("a request is counted once by the route it matches, whatever its path is; unknown ones are one", async () => {
  const token = await platform.admin();
  const route = "/v1/repositories/:repo_name";
  const shown = { method: "GET", route, status: "200" };
  const count = "cocov_http_request_duration_seconds_count";
  expect(await growth(count, shown, () => platform.request("GET", "/v1/repositories/web", { token }))).toBe(1);
  const unknown = { method: "GET", route: "unknown", status: "404" };
  expect(
    await growth(count, unknown, async () => {
      for (const path of ["/a", "/b/c", "/v1/nothing"]) await platform.request("GET", path);
    }),
  ).toBe(3);
});

test("a delivery is counted when it arrives, when it arrives again, and when all has been done; odd events are one", async () => {
  const name = "cocov_webhook_deliveries_total";
  const payload = platform.github.payloads.public(onGitHub);
  const deliver = async (event: string, id: string) => {
    await platform.github.deliver(event, payload, { id, to: `${platform.url}/v1/github/events` });
    await platform.idle();
  };
  const push = { event: "push", outcome: "processed" };
  expect(await growth(name, push, () => platform.push(onGitHub, { files: { "c.rb": "c" } }))).toBe(1);
  expect(await growth(name, { event: "other", outcome: "recorded" }, () => deliver("odd-1", "one"))).toBe(1);
  expect(await growth(name, { event: "other", outcome: "processed" }, () => deliver("odd-2", "two"))).toBe(1);
  expect(await growth(name, { event: "other", outcome: "repeated" }, () => deliver("odd-2", "two"))).toBe(1);
  // They arrive while others are being written.
  const twins = () =>
    Promise.all(["three", "four", ...Array.from({ length: 6 }, () => "five")].map((id) => deliver("odd-3", id)));
  expect(await growth(name, { event: "other", outcome: "repeated" }, twins)).toBe(5);
});

test("jobs are counted by how they ended, and GitHub's answers by what they were", async () => {
  const before = await scrape();
  await platform.push(onGitHub, { files: { "d.rb": "d" } });
  const after = await scrape();
  const job = { name: "repositories.process_commit", outcome: "completed" };
  const grown = (name: string, labels: Record<string, string>) =>
    (after.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
  expect(grown("cocov_job_duration_seconds_count", job)).toBe(1);
  expect(grown("cocov_github_requests_total", { outcome: "ok" })).toBeGreaterThan(0);
  expect(after.value("cocov_github_rate_limit_remaining")).toBeGreaterThan(0);
});

test("issues and coverage are counted when they have been taken in", async () => {
  const token = await platform.serviceToken();
  const { sha } = await platform.push(onGitHub, { files: { "e.rb": "e" } });
  const issue = { kind: "bug", file: "e.rb", line_start: 1, line_end: 1, message: "m", uid: "u" };
  const report = { sha, source: "acme/lint", issues: [issue, { ...issue, uid: "v" }] };
  const issues = () => platform.request("PUT", `/v1/repositories/${repository.id}/issues`, { token, body: report });
  expect(await growth("cocov_issues_registered_total", {}, issues)).toBe(2);
  const settings = await platform.request("GET", "/v1/repositories/web/settings", { token: await platform.admin() });
  const { repository: shown } = z.object({ repository: z.object({ token: z.string() }) }).parse(await settings.json());
  const upload = async (data: unknown) => {
    const headers = { authorization: `token ${shown.token}` };
    await platform.request("POST", "/v1/reports", { headers, body: { commit_sha: sha, data } });
    await platform.idle();
  };
  const uploads = "cocov_coverage_uploads_total";
  expect(await growth(uploads, { outcome: "accepted" }, () => upload({ "e.rb": "MQ==" }))).toBe(1);
  expect(await growth(uploads, { outcome: "processed" }, () => upload({ "e.rb": "MQ==" }))).toBe(1);
  expect(await growth(uploads, { outcome: "failed" }, () => upload({ "e.rb": "????" }))).toBe(1);
});

test("the ledger is shown by name and state, with how long the oldest waiting job has been due", async () => {
  const { sql } = platform.db;
  await sql`
    INSERT INTO core_jobs (name, payload, run_at, died_at, tell_death_at, last_error) VALUES
      ('made.up', '{}', now() - interval '100 seconds', NULL, NULL, NULL), ('made.up', '{}', now(), NULL, NULL, NULL),
      ('made.up', '{}', now() + interval '1 hour', NULL, NULL, NULL), ('made.up', '{}', now(), now(), NULL, 'broken')`;
  const { value } = await scrapeUntil(({ samples }) => samples.some(({ labels }) => labels.name === "made.up"));
  const states = ["waiting", "delayed", "running", "dead"].map((state) => value("cocov_jobs", { name: "made.up", state }));
  expect(states).toEqual([2, 1, undefined, 1]);
  expect(value("cocov_job_oldest_age_seconds", { name: "made.up" })).toBeGreaterThanOrEqual(100);
  await sql`DELETE FROM core_jobs WHERE name = 'made.up'`;
});

test("what can't be read is left out, said once in the log, and comes back", async () => {
  const { sql } = platform.db;
  await sql`ALTER TABLE cache_entries RENAME TO elsewhere`;
  await scrapeUntil(({ value }) => value("cocov_cache_bytes") === undefined);
  const { value } = await scrape();
  expect(value("cocov_cache_bytes")).toBeUndefined();
  expect(value("cocov_storage_bytes")).toBeGreaterThan(0);
  expect(platform.logs().match(/a metric can't be read/g)).toHaveLength(1);
  await sql`ALTER TABLE elsewhere RENAME TO cache_entries`;
  expect((await scrape()).value("cocov_cache_bytes")).toBe(0);
});

test("with a token of their scope the metrics are on the main address as well", async () => {
  const body = { description: "Prometheus", scopes: ["metrics"] };
  const made = await platform.request("POST", "/v1/admin/service_tokens", { token: await platform.admin(), body });
  const { token_value: token } = z.object({ token_value: z.string() }).parse(await made.json());
  const answer = await platform.request("GET", "/metrics", { token });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  expect(readExposition(await answer.text()).types.get("cocov_jobs")).toBe("gauge");
  expect((await platform.request("GET", "/metrics")).status).toBe(401);
});

test("the address without a token has nothing else", async () => {
  const other = (path: string, method = "GET") => fetch(new URL(path, address), { method });
  expect((await other("/metrics", "POST")).status).toBe(404);
  for (const path of ["/", "/v1/info", "/system/probes/health", "/jobs"]) expect((await other(path)).status).toBe(404);
});
