import { expect, test } from "bun:test";
import { useTestPlatform } from "../../../testing";

const platform = await useTestPlatform();
await platform.createRepository({ name: "api" });
const tokens = { admin: await platform.admin(), member: await platform.signIn("ada"), service: await platform.serviceToken() };
await platform.idle();

const paths = ["/v1/repositories/none", "/v1/repositories", "/v1/repositories?page=2", "/v1/repositories/api/settings/badges"];
const cases = paths.flatMap((path) =>
  Object.entries({ ...tokens, stranger: "cop_unknown" }).map(([who, token]) => ({ path, who, token })),
);

test.each(cases)("who calls and what $path leads to is read in one statement, for $who", async ({ path, token }) => {
  const asked = () => platform.request("GET", path, { token });
  // Noting the use of a token, and a refusal, takes another one the first time.
  await asked();
  await platform.idle();
  expect(await platform.statementsOf(asked)).toBe(1);
});
