import { afterAll, afterEach, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askGit } from "../../../plugins/storage/git/ask-git";

const path = process.env.PATH;
const folder = await mkdtemp(join(tmpdir(), "cocov-ask-git-"));
afterAll(() => rm(folder, { recursive: true }));
afterEach(async () => {
  process.env.PATH = path;
  await rm(join(folder, "git"), { force: true });
});

/** Has a script stand for a git that misbehaves. */
async function gitIs(script: string): Promise<void> {
  await Bun.write(join(folder, "git"), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, "git"), 0o755);
  process.env.PATH = `${folder}:${path}`;
}

const asked = (): Promise<unknown> => askGit(folder, ["for-each-ref"]).catch((error: unknown) => error);

test("has no answer from a git that fails without a word, or after half of it", async () => {
  await gitIs("echo half; exit 3");
  expect(await asked()).toMatchObject({ reason: "failed", message: "git for-each-ref failed: it gave no reason" });
});

test("has no answer from a git that is killed", async () => {
  await gitIs("echo half; kill -9 $$");
  expect(await asked()).toMatchObject({ reason: "killed", message: "git for-each-ref was ended by a signal" });
});

test("has the whole answer of a git whose output comes late", async () => {
  await gitIs("echo early; (sleep 0.3; echo late) &");
  expect(await asked()).toBe("early\nlate\n");
});

test("says when there is no git, which is no fault of a repository", async () => {
  process.env.PATH = folder;
  expect(String(await asked())).toStartWith("Error: git can't be run:");
});

test("gives git nothing of this process's environment that could change what it does", async () => {
  await gitIs('echo "$GIT_DIR|$GIT_CONFIG_GLOBAL|$GIT_EDITOR|$COCOV_SECRET"');
  process.env.GIT_EDITOR = process.env.COCOV_SECRET = "taken over";
  try {
    expect(await asked()).toBe(`${folder}|/dev/null||\n`);
  } finally {
    delete process.env.GIT_EDITOR;
    delete process.env.COCOV_SECRET;
  }
});
