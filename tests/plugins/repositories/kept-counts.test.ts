import { expect, test } from "bun:test";
import fc from "fast-check";
import { sumCounts } from "../../../plugins/repositories/jobs/sum-counts";
import { useTestPlatform } from "../../../testing";
import { json } from "../../../testing/factories";

const platform = await useTestPlatform();
const { sql } = platform.db;

const root = await platform.admin();
const people = await Promise.all(["ada", "grace"].map((login) => platform.signIn(login)));
await platform.idle();

/** How many repositories a list has in all. */
async function counted(token: string): Promise<number> {
  const path = "/v1/repositories?per_page=1&page=1000";
  return (await json<{ paging: { total_pages: number } }>(await platform.request("GET", path, { token }), 200)).paging
    .total_pages;
}

interface Step {
  readonly act: "add" | "remove" | "join" | "leave" | "empty";
  readonly number: number;
  readonly login: string;
}
const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom("add", "add", "remove", "join", "join", "leave", "empty"),
  number: fc.nat({ max: 5 }),
  login: fc.constantFrom("ada", "grace"),
});

async function take({ act, number, login }: Step): Promise<void> {
  if (act === "empty") return void (await sql`DELETE FROM repository_members`);
  const id = 1000 + number;
  if (act === "add") {
    await sql`INSERT INTO repositories (name, default_branch, github_id, token) VALUES (${`r${id}`}, 'main', ${id}, ${`crt_${id}`}) ON CONFLICT DO NOTHING`;
  } else if (act === "remove") {
    await sql`DELETE FROM repositories WHERE github_id = ${id}`;
  } else if (act === "join") {
    await sql`
      INSERT INTO repository_members (repository_id, github_member_id, level)
      SELECT r.id, u.github_id, 'user' FROM repositories r, users u WHERE r.github_id = ${id} AND u.login = ${login}
      ON CONFLICT (repository_id, github_member_id) DO UPDATE SET level = 'admin'`;
  } else {
    await sql`
      DELETE FROM repository_members m USING repositories r, users u
       WHERE r.id = m.repository_id AND r.github_id = ${id} AND m.github_member_id = u.github_id AND u.login = ${login}`;
  }
}

test("a list's pages are counted as they are, whatever changed at once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (rounds) => {
      await sql`TRUNCATE repositories CASCADE`;
      for (const together of rounds) await Promise.all(together.map(take));
      await Promise.all([platform.run(sumCounts, {}), take({ act: "add", number: 7, login: "" })]);
      const [row] = await sql`
        SELECT (SELECT count(*)::int FROM repositories) AS all,
               ARRAY(SELECT (SELECT count(*)::int FROM repository_members m WHERE m.github_member_id = u.github_id)
                       FROM users u WHERE u.login IN ('ada', 'grace') ORDER BY u.login) AS own`;
      const shown = await Promise.all([root, ...people].map(counted));
      expect(shown).toEqual([row?.all, ...(row?.own ?? [])]);
    }),
    { numRuns: 12 },
  );
});

test("many changes are added up to one", async () => {
  await sql`TRUNCATE repositories CASCADE`;
  for (let n = 0; n < 20; n++) await take({ act: "add", number: n, login: "" });
  await platform.run(sumCounts, {});
  const changes = await sql`SELECT change FROM repository_count_changes WHERE github_member_id = 0`;
  expect(changes.map(({ change }) => change)).toEqual([20]);
  expect(await counted(root)).toBe(20);
});

test("who sees few of many repositories is shown the same, becomes admin, and sees all", async () => {
  await sql`TRUNCATE repositories CASCADE`;
  for (let n = 0; n < 60; n++) await take({ act: "add", number: n, login: "" });
  for (const number of [41, 7, 33]) await take({ act: "join", number, login: "ada" });
  const names = async (query = "") => {
    const path = `/v1/repositories${query}`;
    const list = await json<{ repositories: { name: string }[] }>(
      await platform.request("GET", path, { token: people[0] }),
      200,
    );
    return list.repositories.map(({ name }) => name);
  };
  const shown = ["r1007", "r1033", "r1041"];
  // The first time nothing is known of her, then that she sees few.
  expect([await names(), await names(), await names("?per_page=2&page=2")]).toEqual([shown, shown, ["r1041"]]);
  await sql`UPDATE users SET admin = true WHERE login = 'ada'`;
  expect((await names("?per_page=100")).length).toBe(60);
  expect((await names("?per_page=100")).length).toBe(60);
  await sql`UPDATE users SET admin = false WHERE login = 'ada'`;
  expect(await names()).toEqual(shown);
});
