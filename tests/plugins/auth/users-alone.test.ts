import { expect, test } from "bun:test";
import { json, signIn } from "../../../testing/factories";
import { useAuthWorld } from "./world/auth-world";

const { github, server, db } = await useAuthWorld();
const token = await signIn(server, github, "ada");
await signIn(server, github, "bob");
const [bob] = await db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = 'bob'`;

test("without a plugin that keeps permissions nobody has any, and there is nothing to sync", async () => {
  const list = await server.request("GET", "/v1/admin/users?search=b", { token });
  expect(await json<unknown>(list, 200)).toMatchObject({ users: [{ permissions: { user: 0, maintainer: 0, admin: 0 } }] });
  expect((await server.request("POST", `/v1/admin/users/${bob?.id}/sync`, { token })).status).toBe(204);
  expect((await server.request("DELETE", `/v1/admin/users/${bob?.id}`, { token })).status).toBe(204);
});
