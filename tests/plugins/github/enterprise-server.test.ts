import { describe, expect, test } from "bun:test";
import { hostMistake } from "../../../plugins/github/host-mistake";
import { useTestPlatform } from "../../../testing";
import { json } from "../../../testing/factories";

const platform = await useTestPlatform({ github: { enterprise: true } });
const { github } = platform;
const host = github.url;

describe("with a GitHub Enterprise Server", () => {
  test("the API is below /api/v3, and its 404 for rate limits means that it answers", async () => {
    expect(github.apiUrl).toBe(`${host}/api/v3`);
    const ready = await platform.request("GET", "/system/probes/ready");
    expect(await ready.json()).toMatchObject({ checks: { github: "ok" } });
  });

  test("people sign in on its pages, with what its API says of them", async () => {
    const redirect = "https://ui.example.org/auth/signin";
    const begun = await json<{ redirect_to: string }>(
      await platform.request("POST", "/auth/begin", { body: { redirect } }),
      200,
    );
    expect(begun.redirect_to).toStartWith(`${host}/login/oauth/authorize?`);
    await platform.signIn("ada");
    const [ada] = await platform.db.sql<{ avatar: string }[]>`SELECT avatar_url AS avatar FROM users WHERE login = 'ada'`;
    expect(ada?.avatar).toStartWith(host);
    expect(github.requests()).toContainEqual(expect.objectContaining({ area: "web", path: "/login/oauth/access_token" }));
    expect(github.requests()).toContainEqual(expect.objectContaining({ area: "rest", path: "/user", caller: "user:ada" }));
  });

  test("a repository is added, a push fetched by git, and a status posted", async () => {
    const { onGitHub, repository } = await platform.createRepository({
      name: "shop",
      files: { ".cocov.yaml": "version: 0.1.alpha\n" },
    });
    github.sendWebhooksTo(`${platform.url}/v1/github/events`);
    const { sha, response } = await platform.push(onGitHub, { files: { "src/basket.py": "items = []\n" } });
    expect(response.status).toBe(200);
    expect(github.deliveries().at(-1)).toMatchObject({ event: "push" });
    expect(await github.waitForStatus({ sha })).toMatchObject({ context: "cocov", state: "success" });
    expect(github.fetches("shop").length).toBeGreaterThan(0);
    const token = await platform.serviceToken();
    const shown = await json<{ head: { sha: string } }>(
      await platform.request("GET", "/v1/repositories/shop/branches/main", { token }),
      200,
    );
    expect([repository.name, shown.head.sha]).toEqual(["shop", sha]);
  });

  test("its redirects are followed: whoever knows a repository by its former name adds the one it is", async () => {
    const renamed = await github.addRepository({ name: "former" });
    renamed.rename("latter");
    const token = await platform.serviceToken();
    const answer = await platform.request("POST", "/v1/repositories", { token, body: { name: "former" } });
    expect(await json<{ name: string }>(answer, 201)).toMatchObject({ name: "latter" });
    expect(github.requests()).toContainEqual(expect.objectContaining({ area: "rest", path: `/repositories/${renamed.id}` }));
    await platform.idle();
  });

  test("its page links are followed, and those to github.com aren't", async () => {
    const token = await platform.serviceToken();
    const list = async () =>
      await json<{ status: string; items?: unknown[] }>(
        await platform.request("GET", "/v1/repositories/$org_repos", { token }),
        200,
      );
    const item = (id: number) => ({
      id,
      name: `r${id}`,
      owner: { login: "acme" },
      description: null,
      created_at: "2022-11-22T21:06:17Z",
      pushed_at: null,
    });
    const page = (id: number, match: string, next?: string) =>
      github.fail({
        match,
        status: 200,
        body: JSON.stringify([item(id)]),
        ...(next && { headers: { link: `<${next}>; rel="next"` } }),
      });
    page(1, "/orgs/acme/repos", `${github.apiUrl}/organizations/7/repos?per_page=100&page=2`);
    page(2, "/organizations/7/repos");
    await list();
    await platform.idle();
    expect(await list()).toMatchObject({ status: "ok", items: [{ name: "r1" }, { name: "r2" }] });
    github.clearFaults();
    page(3, "/orgs/acme/repos", "https://api.github.com/organizations/7/repos?per_page=100&page=2");
    await platform.request("POST", "/v1/repositories/$org_repos/update", { token });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      while (
        (await platform.db.sql`SELECT 1 FROM core_jobs WHERE run_at <= now() AND name LIKE '%organization_list'`).length > 0
      )
        await Bun.sleep(10);
      await platform.letTimePass(60);
    }
    await platform.idle();
    expect(await list()).toMatchObject({ status: "ok", items: [{ name: "r1" }, { name: "r2" }] });
    expect(platform.logs()).toContain("another origin");
    github.clearFaults();
  });

  test("nothing has been asked of it but what an Enterprise Server has", () => {
    const odd = github.requests().filter(({ status, path }) => status === 404 && path !== "/rate_limit");
    expect(odd.map(({ method, path }) => `${method} ${path}`).filter((line) => !/\/orgs\/acme\/members\//.test(line))).toEqual(
      [],
    );
  });
});

test.each([
  ["https://api.github.com", "https://github.com", null],
  ["https://api.octocorp.ghe.com", "https://octocorp.ghe.com", null],
  ["https://git.example.org/api/v3", "https://git.example.org", null],
  ["https://git.example.org", "https://git.example.org", "isn't /api/v3"],
  ["https://git.example.org/api/v3", "https://github.com", "two hosts"],
  ["https://api.github.com", "https://git.example.org", "two hosts"],
])("%s and %s: %p", (apiUrl, webUrl, told) => {
  const mistake = hostMistake({ apiUrl, webUrl });
  if (told === null) expect(mistake).toBeNull();
  else expect(mistake).toContain(told);
});
