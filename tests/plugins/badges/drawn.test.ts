import { expect, test } from "bun:test";
import fc from "fast-check";
import { badgeColor } from "../../../plugins/badges/draw";
import { json } from "../../../testing/factories";
import { useTestPlatform } from "../../../testing/test-platform";

// Without a badge service: badges aren't offered by it then.
const platform = await useTestPlatform({ env: { COCOV_BADGES_DRAWING: "token" } });
const open = await useTestPlatform({ env: { COCOV_BADGES_DRAWING: "public" } });
const admin = await platform.admin();

interface Links {
  readonly drawing: string;
  readonly coverage_url: string;
  readonly issues_url: string;
}

async function repositoryWith(on: typeof platform, name: string, coverage: number | null, issues: number | null) {
  const { repository } = await on.createRepository({ name });
  await on.db.sql`
    UPDATE branches SET coverage = ${coverage}, issues = ${issues} WHERE repository_id = ${repository.id} AND name = 'main'`;
  const links = () =>
    on
      .admin()
      .then((token) => on.request("GET", `/v1/repositories/${name}/settings/badges`, { token }))
      .then((answer) => json<Links>(answer, 200));
  return { ...repository, links };
}

test("a public badge shows the figure, is kept by its tag, and runs nothing in a browser", async () => {
  const { links } = await repositoryWith(open, "shop", 87, 3);
  const { drawing, coverage_url, issues_url } = await links();
  expect([drawing, coverage_url, issues_url]).toEqual([
    "public",
    `${open.url}/badges/shop/coverage.svg`,
    `${open.url}/badges/shop/issues.svg`,
  ]);
  const answer = await fetch(coverage_url);
  const svg = await answer.text();
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/svg+xml; charset=utf-8"]);
  expect(svg).toStartWith("<svg");
  expect(svg).toContain("coverage: 87%");
  expect(await (await fetch(issues_url)).text()).toContain("issues: 3<");
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  const tag = answer.headers.get("etag") ?? "";
  const again = await fetch(coverage_url, { headers: { "if-none-match": tag } });
  expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", tag]);
  await open.db.sql`UPDATE branches SET coverage = 88 WHERE coverage = 87`;
  const changed = await fetch(coverage_url, { headers: { "if-none-match": tag } });
  expect([changed.status, changed.headers.get("etag") === tag]).toEqual([200, false]);
});

test("what isn't known is drawn as unknown; what isn't there, or has left the organization, isn't drawn", async () => {
  const { id } = await repositoryWith(open, "new-one", null, null);
  const draw = (name: string) => open.request("GET", `/badges/${name}/coverage.svg`);
  expect(await (await draw("new-one")).text()).toContain("coverage: unknown");
  for (const name of ["nope", "%00", "%ff", "a%2Fb", "x".repeat(3000)]) expect((await draw(name)).status).toBe(404);
  await open.db.sql`UPDATE repositories SET transferred_to = 'rivals' WHERE id = ${id}`;
  expect((await draw("new-one")).status).toBe(404);
});

test("a link with a token shows one repository's badges, until that gets another token", async () => {
  const first = await repositoryWith(platform, "one", 10, 20);
  const { coverage_url, issues_url } = await first.links();
  expect(new URL(coverage_url).searchParams.get("token")).toMatch(/^[\w-]{43}$/);
  expect(coverage_url).not.toContain(first.token);
  expect(await (await fetch(coverage_url)).text()).toContain("10%");
  expect(await (await fetch(issues_url)).text()).toContain("issues: 20");

  const other = await (await repositoryWith(platform, "two", 1, 1)).links();
  const stolen = new URL(other.coverage_url);
  stolen.search = new URL(coverage_url).search;
  const refused = [
    stolen.href,
    `${platform.url}/badges/two/coverage.svg`,
    `${other.coverage_url}x`,
    `${other.coverage_url}%00`,
  ];
  const nowhere = await (await fetch(`${platform.url}/badges/nowhere/coverage.svg?token=x`)).json();
  for (const url of refused.slice(0, 3)) {
    const answer = await fetch(url);
    expect([answer.status, await answer.json()]).toEqual([404, nowhere]);
  }
  expect((await fetch(refused[3] ?? "")).status).toBe(400);

  await platform.request("POST", "/v1/repositories/one/settings/regen-token", { token: admin });
  expect((await fetch(coverage_url)).status).toBe(404);
  expect((await fetch((await first.links()).coverage_url)).status).toBe(200);
});

test("without a badge service the badge page is empty", async () => {
  await repositoryWith(platform, "three", 1, 1);
  expect((await platform.request("GET", "/v1/repositories/three/badges", { token: admin })).status).toBe(204);
  expect((await platform.request("GET", "/v1/repositories/nowhere/badges", { token: admin })).status).toBe(404);
});

test("better figures never have a worse colour", () => {
  const ranks = ["brightgreen", "green", "yellowgreen", "yellow", "orange", "red"];
  const rank = (...of: Parameters<typeof badgeColor>) => ranks.indexOf(badgeColor(...of));
  fc.assert(
    fc.property(fc.nat(100), fc.nat(100), (a, b) => rank("coverage", Math.max(a, b)) <= rank("coverage", Math.min(a, b))),
  );
  fc.assert(fc.property(fc.nat(), fc.nat(), (a, b) => rank("issues", Math.min(a, b)) <= rank("issues", Math.max(a, b))));
  expect([100, 90, 89, 80, 70, 60, 50, 49, 0].map((value) => badgeColor("coverage", value))).toEqual([
    "brightgreen",
    "brightgreen",
    "green",
    "green",
    "yellowgreen",
    "yellow",
    "orange",
    "red",
    "red",
  ]);
  expect([0, 1, 10, 50, 100].map((value) => badgeColor("issues", value))).toEqual([
    "brightgreen",
    "yellowgreen",
    "yellow",
    "orange",
    "red",
  ]);
  expect(badgeColor("coverage", null)).toBe("lightgrey");
});
