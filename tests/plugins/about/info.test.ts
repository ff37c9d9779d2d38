import { afterAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../../../package.json";
import { createCommitReader } from "../../../plugins/about/commit";
import { useTestPlatform } from "../../../testing";

const commit = "0123456789abcdef0123456789abcdef01234567";
const platform = await useTestPlatform({ env: { COCOV_COMMIT: commit.toUpperCase() }, without: ["badges"] });
const folder = await mkdtemp(join(tmpdir(), "cocov-about-"));
afterAll(() => rm(folder, { recursive: true }));

test("whoever has a token learns the version, the commit, and which plugins are on", async () => {
  const answer = await platform.request("GET", "/v1/info", { token: await platform.signIn("ada") });
  expect(answer.status).toBe(200);
  const { plugins, ...rest } = await answer.json();
  expect(rest).toEqual({ version: manifest.version, commit });
  expect(plugins).toContainEqual({ name: "checks", version: manifest.version, on: true });
  expect(plugins).toContainEqual({ name: "badges", version: manifest.version, on: false });
  expect((await platform.request("GET", "/v1/info")).status).toBe(401);
});

test("a checkout tells its commit by itself", async () => {
  await Bun.$`git init -q && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m x`.cwd(folder).quiet();
  const head = (await Bun.$`git rev-parse HEAD`.cwd(folder).text()).trim();
  expect(await createCommitReader(undefined, folder)()).toBe(head);
});

test("a folder in somebody else's checkout, or in none, tells none", async () => {
  const inside = join(folder, "node_modules");
  await mkdir(inside);
  expect(await createCommitReader(undefined, inside)()).toBeNull();
  expect(await createCommitReader(undefined, tmpdir())()).toBeNull();
});
