import { expect, test } from "bun:test";
import { json, signIn } from "../../../testing/factories";
import { refusal, useAuthWorld } from "./world/auth-world";

const { github, server, db } = await useAuthWorld();
const token = await signIn(server, github, "ada");
const path = "/v1/admin/service_tokens";

interface Listed {
  id: number;
  description: string;
  created_by: string;
  created_at: string;
  last_used_at: string | null;
  scopes: string[];
}
const create = (body: unknown) => server.request("POST", path, { token, body });
const list = async () => (await json<{ tokens: Listed[] }>(await server.request("GET", path, { token }), 200)).tokens;
const made = async (description: string) => await json<Listed & { token_value: string }>(await create({ description }), 201);

test("there are none at first", async () => {
  expect(await list()).toEqual([]);
});

test("a new token is shown once, with its owner and times", async () => {
  const { token_value, ...shown } = await made("Worker");
  expect(token_value).toMatch(/^cos_[0-9a-f]{64}$/);
  expect(shown).toEqual({
    id: expect.any(Number),
    description: "Worker",
    created_by: "ada",
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    last_used_at: null,
    scopes: ["all"],
  });
  expect(await list()).toEqual([shown]);
  expect(JSON.stringify(await db.sql`SELECT * FROM service_tokens`)).not.toContain(token_value);
  expect(server.logs()).not.toContain(token_value);
});

test("the list is in the order of creation and isn't paginated", async () => {
  for (let number = 0; number < 30; number += 1) await made(`Token ${number}`);
  const ids = (await list()).map(({ id }) => id);
  expect(ids).toHaveLength(31);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  expect(
    await server.request("GET", `${path}?page=2&per_page=1`, { token }).then((answer) => answer.json()),
  ).not.toHaveProperty("paging");
});

test("the time of its last use shows, to the second", async () => {
  const { id } = await made("Used");
  await db.sql`UPDATE service_tokens SET last_used_at = '2023-04-01T10:00:00.987Z' WHERE id = ${id}`;
  expect((await list()).find((row) => row.id === id)?.last_used_at).toBe("2023-04-01T10:00:00Z");
});

test.each([[undefined], [null], [""], [" \n"], [[]], [{}], [false]])("%p is no description", async (description) => {
  expect(await refusal(await create({ description }))).toEqual({
    status: 400,
    code: "admin.service_token_description_missing",
  });
});

test("a description is kept as it was given; a number is taken as text", async () => {
  expect((await made("  <b>Wörker</b> 🐛 ")).description).toBe("  <b>Wörker</b> 🐛 ");
  expect(await json<Listed>(await create({ description: 42 }), 201)).toMatchObject({ description: "42" });
});

test("a deleted token stops working with the next request", async () => {
  const { id, token_value } = await made("Short-lived");
  expect(await refusal(await server.request("GET", path, { token: token_value }))).toMatchObject({ code: "auth.forbidden" });
  const deleted = await server.request("DELETE", `${path}/${id}`, { token });
  expect([deleted.status, await deleted.text(), deleted.headers.get("content-type")]).toEqual([204, "", null]);
  expect(await refusal(await server.request("GET", path, { token: token_value }))).toEqual({
    status: 401,
    code: "auth.invalid_token",
  });
  expect(await refusal(await server.request("DELETE", `${path}/${id}`, { token }))).toEqual({ status: 404, code: "not_found" });
});

test.each(["0", "-1", "12abc", "1.0", "0x1", "99999999999999999999", "%20", "1%00", "null"])(
  "%s is no token's id",
  async (id) => {
    expect(await refusal(await server.request("DELETE", `${path}/${id}`, { token }))).toEqual({
      status: 404,
      code: "not_found",
    });
  },
);

test("other methods don't exist there", async () => {
  expect(await refusal(await server.request("PATCH", `${path}/1`, { token }))).toEqual({ status: 404, code: "not_found" });
});
