import { beforeAll, expect, test } from "bun:test";
import { json } from "../../../testing/factories";
import { useTestPlatform } from "../../../testing/test-platform";
import { openConnection } from "../../system/world/raw-connection";

const platform = await useTestPlatform({
  env: { COCOV_BADGES_BASE_URL: "https://badges.example.org/", COCOV_UI_BASE_URL: "https://cocov.example.org" },
});
const { db } = platform;
const admin = await platform.admin();
const { token_value: badger } = await json<{ token_value: string }>(
  await platform.request("POST", "/v1/admin/service_tokens", {
    token: admin,
    body: { description: "Badger", scopes: ["badges"] },
  }),
  201,
);
const member = await platform.signIn("ada");
const stranger = await platform.signIn("stan");
const { repository } = await platform.createRepository({ name: "foo.js", collaborators: { ada: "read" } });

/** Asks as the deployed Badger does. */
const value = async (figure: string, name = "foo.js", token = badger) => {
  const answer = await fetch(`${platform.url}/v1/repositories/${name}/badges/${figure}`, {
    headers: { authorization: `bearer ${token}` },
  });
  return { status: answer.status, type: answer.headers.get("content-type"), body: await answer.text() };
};

const setFigures = (coverage: number | null, issues: number | null) =>
  db.sql`UPDATE branches SET coverage = ${coverage}, issues = ${issues} WHERE repository_id = ${repository.id} AND name = 'main'`;

beforeAll(async () => void (await setFigures(null, null)));

test("the Badger is answered the number and nothing else, in plain text", async () => {
  const type = "text/plain; charset=utf-8";
  expect(await value("coverage")).toEqual({ status: 200, type, body: "unknown" });
  expect(await value("issues")).toEqual({ status: 200, type, body: "unknown" });
  await setFigures(0, 0);
  expect(await value("coverage")).toEqual({ status: 200, type, body: "0" });
  expect(await value("issues")).toEqual({ status: 200, type, body: "0" });
  await setFigures(94, 1234);
  expect(await value("coverage", "FOO.js")).toEqual({ status: 200, type, body: "94" });
  expect(await value("issues")).toEqual({ status: 200, type, body: "1234" });
});

test("a repository whose default branch isn't known has no values", async () => {
  await platform.createRepository({ name: "fresh" });
  await db.sql`UPDATE repositories SET default_branch = 'elsewhere' WHERE name = 'fresh'`;
  expect(await value("coverage", "fresh")).toMatchObject({ status: 200, body: "unknown" });
  expect(await value("issues", "fresh")).toMatchObject({ status: 200, body: "unknown" });
});

test("unknown and odd names are 404, whatever is in them", async () => {
  const odd = [
    "nope",
    "%00",
    "%ff",
    "%",
    "%zz",
    "a%2Fb",
    "..%2f..",
    "%2e%2e",
    "%3F",
    "%23",
    "%20",
    "%0a",
    "%0D%0AX-Injected:%20yes",
    "🦀",
    "foo.js%00",
    "'; DROP TABLE repositories; --",
    "{}",
    "\\u0000",
    "%ED%A0%80",
    "x".repeat(5000),
    "foo",
    "foo.j_",
    "%25",
    "foo.js%0A",
  ];
  for (const name of odd) {
    for (const figure of ["coverage", "issues"]) {
      const answer = await value(figure, name);
      expect({ name, status: answer.status, code: JSON.parse(answer.body).code }).toEqual({
        name,
        status: 404,
        code: "not_found",
      });
    }
  }
});

test("names that lead the Badger to other routes tell the public nothing, and break nothing", async () => {
  await setFigures(94, 12);
  const elsewhere = [
    "foo.js?",
    "foo.js#",
    "foo.js/graphs?",
    "foo.js/settings?",
    "foo.js/..",
    "x/..",
    "..",
    "../..",
    "../../v1/admin/users?",
    "../secrets#",
    "../../metrics?",
    "foo.js/badges?",
    "\n",
    "foo.js/badges/coverage?",
  ];
  for (const name of elsewhere) {
    for (const figure of ["coverage", "issues"]) {
      // The client that it uses takes the address apart as browsers do.
      const answer = await fetch(`${platform.url}/v1/repositories/${name}/badges/${figure}`, {
        headers: { authorization: `bearer ${badger}` },
      });
      const body = await answer.text();
      if (name === "foo.js/badges/coverage?") expect([name, answer.status, body]).toEqual([name, 200, "94"]);
      else expect([name, answer.status]).toEqual([name, /auth\.(insufficient_scope|forbidden)/.test(body) ? 403 : 404]);
    }
  }
  // As it stands, without being taken apart first.
  const connection = await openConnection(platform.url);
  connection.write(
    `GET /v1/repositories/../admin/users/badges/coverage HTTP/1.1\r\nHost: x\r\nAuthorization: bearer ${badger}\r\nConnection: close\r\n\r\n`,
  );
  expect(await connection.heard()).toMatch(/^HTTP\/1\.1 40[34] /);
});

test("the values are for services that may read badges", async () => {
  const { body } = await value("coverage", "foo.js", member);
  expect(JSON.parse(body)).toMatchObject({ code: "auth.forbidden" });
  const { body: elsewhere, status } = await value("coverage", "../repositories", badger);
  expect([status, JSON.parse(elsewhere).code]).toEqual([404, "not_found"]);
});

test("members are shown where the badges are, with what shows them in five languages", async () => {
  const page = await json<object>(await platform.request("GET", "/v1/repositories/foo.js/badges", { token: member }), 200);
  const url = "https://badges.example.org/foo.js";
  const href = "https://cocov.example.org/repos/foo.js";
  const templates = (figure: string, word: string) => ({
    html: `<a href="${href}"><img src="${url}/${figure}" /></a>\n`,
    markdown: `[![${word}](${url}/${figure})](${href})\n`,
    textile: `"!${url}/${figure}!":${href}\n`,
    rdoc: `{<img src="${url}/${figure}" />}[${href}]\n`,
    restructured: `.. image:: ${url}/${figure}\n :target: ${href}\n :alt: ${word}\n`,
  });
  const coverage = templates("coverage", "Coverage");
  const issues = templates("issues", "Issues");
  const both = (key: keyof typeof coverage) => ({ coverage: coverage[key], issues: issues[key] });
  expect(page).toEqual({
    coverage_badge_url: `${url}/coverage`,
    coverage_badge_href: href,
    issues_badge_url: `${url}/issues`,
    issues_badge_href: href,
    templates: {
      html: both("html"),
      markdown: both("markdown"),
      textile: both("textile"),
      rdoc: both("rdoc"),
      restructured: both("restructured"),
    },
  });
  expect((await platform.request("GET", "/v1/repositories/foo.js/badges", { token: stranger })).status).toBe(404);
});

test("nothing is drawn unless that is configured", async () => {
  expect((await platform.request("GET", "/badges/foo.js/coverage.svg")).status).toBe(404);
  const links = await platform.request("GET", "/v1/repositories/foo.js/settings/badges", { token: member });
  expect(await links.json()).toEqual({ drawing: "off" });
});
