import { afterAll, describe, expect, test } from "bun:test";
import { json, signIn } from "../../../testing/factories";
import { startGitHub } from "../../../testing/github";
import { useTestServer } from "../../../testing/server";
import { refusal } from "./world/auth-world";

const github = await startGitHub();
afterAll(() => github.stop());
const server = await useTestServer({ env: github.environment() });
const admin = await signIn(server, github, "ada");
const path = "/v1/admin/service_tokens";
const create = (scopes: unknown) => server.request("POST", path, { token: admin, body: { description: "Program", scopes } });

interface Made {
  id: number;
  scopes: string[];
  token_value: string;
}
interface Operation {
  description: string;
  security?: object[];
}

const { paths }: { paths: Record<string, Record<string, Operation>> } = await json(
  await server.request("GET", "/swagger/json"),
  200,
);
/** Every route that reads a bearer token, with its documentation. */
const routes = Object.entries(paths).flatMap(([template, operations]) =>
  Object.entries(operations)
    .filter(([, { security }]) => JSON.stringify(security)?.includes("bearer"))
    .map(([method, { description }]) => ({
      method: method.toUpperCase(),
      path: template.replace(/\{\w+\}/g, "1"),
      description,
    })),
);

describe("a service token's scopes", () => {
  test("are `all` unless given, and stand in its answer and in the list", async () => {
    expect((await json<Made>(await create(undefined), 201)).scopes).toEqual(["all"]);
    const { id, scopes } = await json<Made>(await create(["badges", "metrics", "badges"]), 201);
    expect(scopes).toEqual(["badges", "metrics"]);
    const { tokens } = await json<{ tokens: Made[] }>(await server.request("GET", path, { token: admin }), 200);
    expect(tokens.find((token) => token.id === id)?.scopes).toEqual(["badges", "metrics"]);
  });

  test.each([[[]], [["everything"]], [["badges", "Worker"]], ["badges"], [{ badges: true }], [[null]], [7], [false]])(
    "%j isn't taken for a list of scopes",
    async (scopes) => {
      expect(await refusal(await create(scopes))).toEqual({ status: 400, code: "admin.unknown_scope" });
    },
  );

  test("are looked at after the description", async () => {
    const answer = await server.request("POST", path, { token: admin, body: { scopes: [] } });
    expect((await refusal(answer)).code).toBe("admin.service_token_description_missing");
  });

  test.each(["all", "worker", "cache", "badges", "metrics"])(
    "with `%s` alone open what is documented for it, and nothing else",
    async (scope) => {
      const { token_value: token } = await json<Made>(await create([scope]), 201);
      expect(routes.length).toBeGreaterThan(20);
      for (const { method, path, description } of routes) {
        const answer = await server.request(method, path, { token, ...(method === "GET" ? {} : { body: {} }) });
        const code = answer.ok ? "none" : (await refusal(answer)).code;
        const who = /Who may call: (.*)\./.exec(description)?.[1] ?? "";
        const named = [...who.matchAll(/scope `(\w+)`/g)].map((match) => match[1]);
        const opens = /^(user|admin)(, .*)?$/.test(who) ? false : scope === "all" || named.includes(scope);
        if (opens) expect([method, path, code]).not.toEqual([method, path, expect.stringMatching(/^auth\./)]);
        else
          expect([method, path, code]).toEqual([method, path, expect.stringMatching(/^auth\.(insufficient_scope|forbidden)$/)]);
      }
    },
  );

  test("don't matter where no service token may go", async () => {
    const { token_value: token } = await json<Made>(await create(["all"]), 201);
    expect((await refusal(await server.request("GET", path, { token }))).code).toBe("auth.forbidden");
  });
});
