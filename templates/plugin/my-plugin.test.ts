import { expect, test } from "bun:test";
import { conformanceProblems, useTestPlatform } from "cocov/testing";

const platform = await useTestPlatform({ plugins: [import.meta.dir] });
const path = "/v1/my-plugin/notes";

test("what somebody notes is listed, and its readers are told", async () => {
  const token = await platform.signIn("ada");

  const made = await platform.request("POST", path, { token, body: { text: "The build is green again" } });
  await platform.idle();

  expect(made.status).toBe(201);
  const list = await platform.request("GET", path, { token });
  expect(await list.json()).toEqual([{ id: 1, text: "The build is green again", told: true }]);
});

test("a note without text is refused", async () => {
  const answer = await platform.request("POST", path, { token: await platform.signIn("ada"), body: {} });

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: "my_plugin.missing_text" });
});

test("nobody reads notes without a token", async () => {
  expect((await platform.request("GET", path)).status).toBe(401);
});

test("the rules of plugins are kept", async () => {
  expect(await conformanceProblems(import.meta.dir)).toEqual([]);
});
