import { expect, test } from "bun:test";
import { jwt } from "@elysiajs/jwt";
import { panelTokens } from "../../../plugins/dashboard/tables";
import { usePanelWorld } from "./world/panel-world";

const secret = "a secret of thirty-two characters or more";
const { platform, panelToken, open, visit, press, deadJob } = await usePanelWorld({
  env: { COCOV_JWT_SECRET: secret, COCOV_TRUST_PROXY: "true" },
});
const enter = (token: string, headers?: Record<string, string>) =>
  visit("", `/v1/admin/sidekiq_panel?token=${token}`, { headers });
const statusOf = async (cookie: string, path = "/sidekiq") => (await visit(cookie, path)).status;
const codeOf = async (answer: Response) => [answer.status, (await answer.json()).code];
/** Makes somebody an admin. @returns their session */
async function anotherAdmin(login: string): Promise<string> {
  const session = await platform.signIn(login);
  await platform.db.sql`UPDATE users SET admin = true WHERE login = ${login}`;
  return session;
}

test("a token opens the panel once, with a cookie that pages of other sites and scripts can't use", async () => {
  const token = await panelToken();
  expect(token).toMatch(/^csp_[0-9a-f]{64}$/);
  const opened = await enter(token);
  expect([opened.status, opened.headers.get("location")]).toEqual([302, "/sidekiq"]);
  const [cookie = "", ...attributes] = (opened.headers.get("set-cookie") ?? "").split("; ");
  expect(cookie).toStartWith("_cocov_session=");
  expect(attributes).toEqual(["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=600"]);
  for (const path of ["/sidekiq", "/sidekiq/list", "/sidekiq/schedules", "/jobs", "/jobs/", "/jobs/style.css"])
    expect([path, await statusOf(cookie, path)]).toEqual([path, 200]);
  const again = await enter(token);
  expect(again.headers.get("set-cookie")).toBeNull();
  expect(await codeOf(again)).toEqual([403, "auth.forbidden"]);
});

test("behind HTTPS the cookie goes over nothing else", async () => {
  const https = { "x-forwarded-proto": "https" };
  const opened = await enter(await panelToken(), https);
  const cookie = opened.headers.get("set-cookie") ?? "";
  expect(cookie).toEndWith("; Secure");
  const page = await visit(cookie.split(";")[0] ?? "", "/jobs", { headers: https });
  expect(page.headers.get("set-cookie")).toEndWith("; Secure");
});

test("of many who use a token at once one gets in", async () => {
  const token = await panelToken();
  const answers = await Promise.all(Array.from({ length: 8 }, () => enter(token)));
  expect(answers.filter(({ status }) => status === 302)).toHaveLength(1);
});

test("no token, an unknown one, one that is a minute old, and HEAD don't get in", async () => {
  const token = await panelToken();
  expect((await fetch(`${platform.url}/v1/admin/sidekiq_panel?token=${token}`, { method: "HEAD" })).status).toBe(403);
  for (const bad of ["", "csp_0", await platform.admin()])
    expect(await codeOf(await enter(bad))).toEqual([403, "auth.forbidden"]);
  expect(await codeOf(await visit("", "/v1/admin/sidekiq_panel"))).toEqual([403, "auth.forbidden"]);
  await platform.letTimePass(61, [panelTokens.expiresAt]);
  expect(await codeOf(await enter(token))).toEqual([403, "auth.forbidden"]);
});

test("whoever isn't an admin any more gets neither in nor any further", async () => {
  const session = await anotherAdmin("bob");
  const [cookie, token] = [await open(session), await panelToken(session)];
  expect(await statusOf(cookie)).toBe(200);
  await platform.db.sql`UPDATE users SET admin = false WHERE login = 'bob'`;
  expect((await enter(token)).status).toBe(403);
  expect(await codeOf(await visit(cookie, "/sidekiq"))).toEqual([404, "not_found"]);
});

test("the panel session ends with the session that it was begun from", async () => {
  const session = await anotherAdmin("eve");
  const [cookie, token] = [await open(session), await panelToken(session)];
  const [eve] = await platform.db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = 'eve'`;
  const out = await platform.request("POST", `/v1/admin/users/${eve?.id}/logout`, { token: await platform.admin() });
  expect(out.status).toBe(204);
  expect((await enter(token)).status).toBe(403);
  expect(await statusOf(cookie)).toBe(404);
});

test("a session goes on with each use; what is ten minutes old, or signed for something else, is none", async () => {
  const cookie = await open();
  const page = await visit(cookie, "/sidekiq");
  expect(page.headers.get("set-cookie")).toMatch(/^_cocov_session=.*Max-Age=600$/);
  const claims = JSON.parse(Buffer.from(cookie.split(".")[1] ?? "", "base64url").toString());
  expect(claims.exp - claims.iat).toBe(600);
  const { sign } = jwt({ name: "jwt", secret }).decorator.jwt;
  const now = Math.floor(Date.now() / 1000);
  const { aud, sub, session, jti } = claims;
  const with_ = async (changed: object) =>
    `_cocov_session=${await sign({ aud, sub, session, jti, exp: now + 600, ...changed })}`;
  expect(await statusOf(await with_({}))).toBe(200);
  for (const changed of [{ exp: now - 1 }, { aud: "else" }, { sub: "0" }, { session: 0 }, { sub: "1; DROP TABLE users" }])
    expect([changed, await statusOf(await with_(changed))]).toEqual([changed, 404]);
  const unsigned = `_cocov_session=${Buffer.from('{"alg":"none"}').toString("base64url")}.${cookie.split(".")[1]}.`;
  for (const bad of ["", "_cocov_session=", `${cookie}x`, unsigned]) expect(await statusOf(bad)).toBe(404);
});

test("other credentials than the panel's open no page of it", async () => {
  for (const token of [await platform.admin(), await platform.serviceToken()])
    expect((await platform.request("GET", "/jobs", { token })).status).toBe(404);
});

test("pages say that nothing but their own files may run in them, and are kept nowhere", async () => {
  const { headers } = await visit(await open(), "/jobs");
  expect(headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  expect(headers.get("cache-control")).toBe("no-store");
});

test("what another site sends, or a form of another session, changes nothing", async () => {
  const [cookie, other] = [await open(), await open()];
  const id = await deadJob();
  const retry = { act: "retry", id };
  const refused: Response[] = [];
  for (const [header, value] of [
    ["sec-fetch-site", "cross-site"],
    ["sec-fetch-site", "same-site"],
    ["sec-fetch-site", "none"],
    ["origin", "https://evil.example"],
    ["origin", "null"],
  ] as const)
    refused.push(await press(cookie, "/jobs", retry, { [header]: value }));
  for (const form_token of ["", "x", "é".repeat(43)]) refused.push(await press(cookie, "/jobs", { ...retry, form_token }));
  const [, stolen = ""] = /name="form_token" value="([^"]+)"/.exec(await (await visit(other, "/jobs")).text()) ?? [];
  refused.push(await press(cookie, "/jobs", { ...retry, form_token: stolen }));
  for (const answer of refused) expect(await codeOf(answer)).toEqual([403, "auth.forbidden"]);
  expect((await platform.jobs.find(id))?.state).toBe("dead");
  const own = { "sec-fetch-site": "same-origin", origin: platform.url };
  expect((await press(cookie, "/jobs", { act: "delete", id }, own)).status).toBe(303);
});

test("a form leads back to a page of the panel, and nowhere else", async () => {
  const cookie = await open();
  const press_ = async (back: string) => {
    const answer = await press(cookie, "/jobs", { act: "retry", id: "1", back });
    return answer.headers.get("location");
  };
  expect(await press_("/jobs/list?state=dead")).toBe("/jobs/list?state=dead&done=not_possible");
  for (const back of [
    "//evil.example",
    "https://evil.example/jobs/",
    "/jobs/..//evil.example",
    "/sidekiq",
    "",
    "\\\\evil.example",
  ])
    expect([back, await press_(back)]).toEqual([back, "/jobs?done=not_possible"]);
});

test("neither tokens nor cookies are in the log", async () => {
  const token = await panelToken();
  const cookie = (await enter(token)).headers.get("set-cookie")?.split(/[=;]/)[1] ?? "";
  await visit(`_cocov_session=${cookie}`, "/jobs");
  expect(platform.logs()).not.toContain(token);
  expect(platform.logs()).not.toContain(cookie);
});
