import { expect, test } from "bun:test";
import { json, serviceToken, signIn } from "../../../testing/factories";
import { statementsOf } from "../../../testing/statements";
import { refusal, useAdminWorld } from "./world/admin-world";

const plain = await useAdminWorld();
const extended = await useAdminWorld(["./tests/plugins/admin/world/secret-keeper"]);
const path = "/v1/admin/sidebar_counters";
const counted = async (world: typeof plain) => await json<unknown>(await world.ask("GET", path), 200);

test("what a plugin keeps that is off is 0", async () => {
  expect(await counted(plain)).toEqual({ tokens: 0, secrets: 0, repositories: 0, users: 1 });
});

test("service tokens, repositories and users are counted, and what further plugins count", async () => {
  const { server, github, db, root } = extended;
  await serviceToken(server, root);
  await serviceToken(server, root);
  await signIn(server, github, "ada");
  await db.sql`INSERT INTO repositories (name, default_branch, github_id, token) VALUES ('api', 'main', 1, 'crt_1')`;
  expect(await counted(extended)).toEqual({ tokens: 2, secrets: 3, repositories: 1, users: 2, rules: 11 });
});

test("each takes one statement, besides the one that knows the caller", async () => {
  expect(await statementsOf(plain.server, () => counted(plain))).toBe(4);
});

test("only admins see them", async () => {
  const { server, github, root } = plain;
  expect(await refusal(await server.request("GET", path))).toEqual({ status: 401, code: "auth.no_authorization" });
  for (const token of [await signIn(server, github, "bob"), await serviceToken(server, root)])
    expect(await refusal(await server.request("GET", path, { token }))).toEqual({ status: 403, code: "auth.forbidden" });
});
