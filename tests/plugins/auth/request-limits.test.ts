import { afterAll, describe, expect, test } from "bun:test";
import { forgetRefusals } from "../../../plugins/auth/limits/count-refusal";
import { networkOf } from "../../../plugins/auth/limits/network";
import { exchange, signIn, userNamed } from "../../../testing/factories";
import { startTestServer, type TestServer } from "../../../testing/server";
import { statementsOf } from "../../../testing/statements";
import { useTestPlatform } from "../../../testing/test-platform";

const platform = await useTestPlatform({ env: { COCOV_TRUST_PROXY: "true" } });
const { db, github } = platform;
const admin = await platform.admin();

/** Another process on the same database. */
const twin = await startTestServer({
  env: { ...github.environment(), COCOV_TRUST_PROXY: "true" },
  databaseUrl: platform.databaseUrl,
});
afterAll(() => twin.stop());

type Served = Pick<TestServer, "request">;
const from = (address: string) => ({ "x-forwarded-for": address });
const asked = (address: string, token: string, served: Served = platform) =>
  served.request("GET", "/v1/repositories", { token, headers: from(address) });
const statusOf = async (answer: Promise<Response>) => (await answer).status;
const guesses = (count: number, prefix = "guess") => Array.from({ length: count }, (_, index) => `coa_${prefix}${index}`);

/** @returns how many answers had each status */
async function tried(address: string, tokens: readonly string[], served: Served = platform): Promise<Record<number, number>> {
  const statuses = await Promise.all(tokens.map((token) => statusOf(asked(address, token, served))));
  return Object.fromEntries(
    Map.groupBy(statuses, (status) => status)
      .entries()
      .map(([status, all]) => [status, all.length]),
  );
}

/** @returns what is refused from now on because of the limit */
async function heldOff(address: string, served: Served = platform): Promise<Response> {
  return await asked(address, `coa_${crypto.randomUUID()}`, served);
}

describe("sixty different refused credentials a minute", () => {
  test("are answered as ever, all others with when to come again; what is right passes", async () => {
    const address = "192.0.2.1";
    expect(await tried(address, guesses(70))).toEqual({ 401: 60, 429: 10 });
    const answer = await heldOff(address);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeWithin(1, 61);
    expect(await answer.json()).toMatchObject({ code: "request.rate_limited" });
    expect(await statusOf(asked(address, admin))).toBe(200);
    expect((await heldOff("192.0.2.2")).status).toBe(401);
  });

  test("are other ones: a stale token may be repeated for ever, also by who is held off", async () => {
    const address = "192.0.2.3";
    expect(await tried(address, [...Array(100).fill("coa_stale"), ...guesses(59)])).toEqual({ 401: 159 });
    expect((await heldOff(address)).status).toBe(429);
    expect(await tried(address, Array(20).fill("coa_stale"))).toEqual({ 401: 20 });
  });

  test("count in all processes together, and for each that was asked", async () => {
    const address = "192.0.2.4";
    const [here, there] = await Promise.all([tried(address, guesses(50)), tried(address, guesses(50, "other"), twin)]);
    expect((here[401] ?? 0) + (there[401] ?? 0)).toBe(60);
    for (const served of [platform, twin]) expect((await heldOff(address, served)).status).toBe(429);
  });

  test("don't count for longer than a minute", async () => {
    const address = "192.0.2.5";
    await tried(address, guesses(60));
    await db.sql`UPDATE refusals SET times = (SELECT array_agg(t - interval '1 minute') FROM unnest(times) AS t)`;
    expect(await tried(address, guesses(61, "later"), twin)).toEqual({ 401: 60, 429: 1 });
  });

  test("are those of a whole IPv6 network", async () => {
    await tried("2001:db8:1:2::1", guesses(60));
    expect((await heldOff("2001:DB8:1:2:ffff::9")).status).toBe(429);
    expect((await heldOff("2001:db8:1:3::1")).status).toBe(401);
  });

  test("beyond them nothing is written, and who is right costs nothing at any time", async () => {
    await platform.idle();
    const usual = await platform.statementsOf(() => asked("192.0.2.60", admin));
    await tried("192.0.2.6", guesses(61));
    expect(await platform.statementsOf(() => heldOff("192.0.2.6"))).toBe(1);
    expect(await platform.statementsOf(() => asked("192.0.2.6", "coa_guess1"))).toBe(1);
    expect(await platform.statementsOf(() => asked("192.0.2.6", admin))).toBe(usual);
  });

  test("don't include requests without a credential, or with one that isn't enough", async () => {
    const token = await platform.signIn("bob");
    for (let count = 0; count < 61; count++) {
      expect(await statusOf(platform.request("GET", "/v1/repositories", { headers: from("192.0.2.7") }))).toBe(401);
      expect(await statusOf(platform.request("GET", "/v1/admin/audit_log", { token, headers: from("192.0.2.7") }))).toBe(403);
    }
    expect((await heldOff("192.0.2.7")).status).toBe(401);
  });
});

test("of sixty refused sign-ins each counts and is written down, those beyond aren't, and one that is right passes", async () => {
  const headers = from("192.0.2.8");
  const body = { exchange_token: "made-up", state: "made-up", code: "made-up", redirect: "https://ui.example.org" };
  const statuses = await Promise.all(
    Array.from({ length: 70 }, () => statusOf(platform.request("POST", "/auth/exchange", { body, headers }))),
  );
  expect(statuses.filter((status) => status === 429)).toHaveLength(10);
  const [entries] = await db.sql<{ count: number }[]>`
    SELECT count(*)::int FROM audit_log WHERE action = 'session.refused' AND address = '192.0.2.8'`;
  expect(entries?.count).toBe(60);
  const answer = await platform.request("POST", "/auth/exchange", { body, headers });
  expect([answer.status, (await answer.json()).code]).toEqual([429, "request.rate_limited"]);
  const sender: Served = { request: (method, path, more) => twin.request(method, path, { ...more, headers }) };
  expect((await exchange(sender, github, userNamed(github, "ada"))).status).toBe(200);
  expect((await heldOff("192.0.2.8")).status).toBe(401);
});

test("nothing that was shown, and no address, can be read from what is kept", async () => {
  await asked("192.0.2.9", "coa_something-secret");
  const kept = JSON.stringify(await db.sql`SELECT encode(source, 'escape') AS source, marks FROM refusals`);
  for (const text of ["coa_", "something", "192.0.2"]) expect(kept).not.toContain(text);
});

test("only so many places are remembered, the latest", async () => {
  await db.sql`TRUNCATE refusals`;
  await db.sql`
    INSERT INTO refusals (source, marks, times, latest)
    SELECT decode(md5(n::text), 'hex'), '{1}', ARRAY[now()], now() - make_interval(secs => n * 0.001) FROM generate_series(1, 12000) AS n`;
  await db.sql`
    INSERT INTO refusals (source, marks, times, latest)
    SELECT decode(md5(n::text), 'hex'), '{1}', ARRAY[now()], now() - interval '2 minutes' FROM generate_series(20000, 20100) AS n`;
  await forgetRefusals(db);
  const [left] = await db.sql<{ count: number; youngest: boolean }[]>`
    SELECT count(*)::int, bool_or(source = decode(md5('1'), 'hex')) AS youngest FROM refusals`;
  expect(left).toEqual({ count: 10_000, youngest: true });
});

test("the documentation says where it may happen", async () => {
  const { paths } = await (await platform.request("GET", "/swagger/json")).json();
  expect(paths["/auth/exchange"].post.responses).toHaveProperty("429");
  expect(paths["/v1/repositories"].get.responses).toHaveProperty("429");
  expect(paths["/auth/begin"].post.responses).not.toHaveProperty("429");
});

describe("nobody is held off", () => {
  test("when the setting says so", async () => {
    const server = await startTestServer({ env: { ...github.environment(), COCOV_RATE_LIMIT_PER_MINUTE: "0" } });
    try {
      expect(await tried("192.0.2.1", guesses(70), server)).toEqual({ 401: 70 });
      await server.app.jobs.idle();
      expect(await statementsOf(server, () => server.request("GET", "/v1/repositories", { token: "coa_wrong" }))).toBe(1);
    } finally {
      await server.stop();
    }
  });

  test("when what is refused can't be counted", async () => {
    const server = await startTestServer({ env: github.environment() });
    try {
      await server.app.db.sql`DROP TABLE refusals`;
      expect(await tried("192.0.2.1", guesses(70), server)).toEqual({ 401: 70 });
      const token = await signIn(server, github, "ada");
      expect(await statusOf(server.request("GET", "/v1/repositories", { token }))).toBe(200);
      expect(server.logs()).toContain("a refusal wasn't counted");
    } finally {
      await server.stop();
    }
  });
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["2001:DB8:0:0:1::", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["::ffff:10.0.0.1", "::ffff:a00:1"],
  ["::ffff:a00:2", "::ffff:a00:2"],
  ["", ""],
  ["unknown", "unknown"],
])("the network of %s is %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
