import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { json, signIn } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { refusal } from "./world/auth-world";

const github = await startGitHub();
afterAll(() => github.stop());
const server = await useTestServer({ env: github.environment() });
const { db } = server.app;

interface Operation {
  description: string;
  security?: object[];
  responses: Record<string, { description: string }>;
}
interface Documented {
  method: string;
  path: string;
  who: string;
  responses: string;
}
let routes: Documented[] = [];

beforeAll(async () => {
  await signIn(server, github, "ada");
  await signIn(server, github, "bob");
  const { paths }: { paths: Record<string, Record<string, Operation>> } = await json(
    await server.request("GET", "/swagger/json"),
    200,
  );
  routes = Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations)
      .filter(([, { security }]) => JSON.stringify(security)?.includes("bearer"))
      .map(([method, { description, responses }]) => ({
        method: method.toUpperCase(),
        path: template.replace(/\{\w+\}/g, "1"),
        who: /Who may call: (.*)\./.exec(description)?.[1] ?? "",
        responses: JSON.stringify(responses),
      })),
  );
});

let made = 0;
async function tokenOf(login: string, scopes: readonly string[]): Promise<string> {
  made += 1;
  const token = `cop_${String(made).padStart(64, "0")}`;
  await db.sql`
    INSERT INTO user_tokens (user_id, kind, description, scopes, hashed_token)
    SELECT id, 'personal', 'Script', ${[...scopes]}::text[], ${new Bun.CryptoHasher("sha256").update(token).digest("base64")}
      FROM users WHERE login = ${login}`;
  return token;
}

/** What each kind of guard says to a personal token whose owner is an admin. */
function refusedWith({ method, who }: Documented, scope: string): string | undefined {
  if (/with a session|but a personal token/.test(who) || /^service/.test(who)) return "auth.forbidden";
  const wanted = who.startsWith("admin") ? "admin" : method === "GET" ? "read" : "write";
  const order = ["read", "write", "admin"];
  return order.indexOf(scope) >= order.indexOf(wanted) ? undefined : "auth.insufficient_scope";
}

describe("a personal token", () => {
  test.each(["read", "write", "admin"])(
    "with the scope `%s` opens what is documented for it, and nothing else",
    async (scope) => {
      const token = await tokenOf("ada", [scope]);
      expect(routes.length).toBeGreaterThan(20);
      for (const route of routes) {
        const { method, path } = route;
        const answer = await server.request(method, path, { token, ...(method === "GET" ? {} : { body: {} }) });
        const code = answer.ok ? "none" : String((await refusal(answer)).code);
        const expected = refusedWith(route, scope);
        expect([method, path, code.startsWith("auth.") ? code : undefined]).toEqual([method, path, expected]);
        if (expected !== undefined)
          expect([method, path, route.responses]).toEqual([method, path, expect.stringContaining(expected)]);
      }
    },
  );

  test("reads with HEAD as with GET", async () => {
    const token = await tokenOf("bob", ["read"]);
    expect((await server.request("HEAD", "/v1/repositories", { token })).status).toBe(200);
  });

  test("has what any of its scopes opens", async () => {
    const token = await tokenOf("ada", ["read", "admin"]);
    expect((await server.request("GET", "/v1/admin/service_tokens", { token })).status).toBe(200);
  });

  test("opens nothing that its owner may not do", async () => {
    const token = await tokenOf("bob", ["admin"]);
    expect(await refusal(await server.request("GET", "/v1/admin/service_tokens", { token }))).toEqual({
      status: 403,
      code: "auth.forbidden",
    });
  });

  test("follows its owner: promoted, demoted, and deleted", async () => {
    const token = await tokenOf("bob", ["admin"]);
    const asks = async () => (await server.request("GET", "/v1/admin/service_tokens", { token })).status;
    await db.sql`UPDATE users SET admin = true WHERE login = 'bob'`;
    expect(await asks()).toBe(200);
    await db.sql`UPDATE users SET admin = false WHERE login = 'bob'`;
    expect(await asks()).toBe(403);
    await db.sql`DELETE FROM users WHERE login = 'bob'`;
    expect(await asks()).toBe(401);
  });
});
