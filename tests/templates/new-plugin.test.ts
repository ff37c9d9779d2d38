import { afterAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { makePlugin } from "../../templates/make-plugin";
import { startTestServer } from "../../testing/server";

const outside = await mkdtemp(join(tmpdir(), "cocov-new-plugin-"));
afterAll(() => rm(outside, { recursive: true, force: true }));

const page = await Bun.file(join(projectRoot, "docs/testing.md")).text();
const example = page.match(/```ts\n([\s\S]*?)```/)?.[1] ?? "";

/** Milliseconds for a type-checker and a PostgreSQL on a busy machine. */
const patience = 120_000;

/** @returns what a command printed, which has to end well */
async function run(command: readonly string[], cwd: string): Promise<string> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

describe("a plugin made by the template in a folder elsewhere", () => {
  const folder = join(outside, "audit-trail");

  test(
    "type-checks, and its test and the one in the documentation pass there",
    async () => {
      await run([process.execPath, "run", "new-plugin", "audit-trail", folder], projectRoot);
      await Bun.write(join(folder, "page.test.ts"), example.replaceAll("my-plugin", "audit-trail"));
      await run([process.execPath, "install"], folder);

      const [, tested] = await Promise.all([
        run([process.execPath, "run", "types"], folder),
        run([process.execPath, "run", "test"], folder),
      ]);

      expect(tested).toContain("6 pass");
    },
    patience,
  );

  test(
    "keeps the rules of plugins, and is told when it doesn't",
    async () => {
      const check = [process.execPath, "run", "plugins", "--check", folder];
      expect(await run(check, projectRoot)).toContain('"audit-trail" conforms');

      const job = Bun.file(join(folder, "tell-readers.ts"));
      await job.write((await job.text()).replace('"audit-trail.tell_readers"', '"others.tell_readers"'));
      await expect(run(check, projectRoot)).rejects.toThrow("others.tell_readers should be called audit-trail.tell_readers");
    },
    patience,
  );

  test("speaks of itself only", async () => {
    for (const path of new Bun.Glob("**/*").scanSync({ cwd: folder, dot: true })) {
      if (path.startsWith("node_modules/")) continue;
      expect({ path, text: await Bun.file(join(folder, path)).text() }).toEqual({
        path: expect.not.stringMatching(/my.?plugin/i),
        text: expect.not.stringMatching(/my.?plugin/i),
      });
    }
  });
});

test("a plugin made by the template is found where it is dropped into plugins/", async () => {
  const root = join(outside, "project");
  await mkdir(join(root, "plugins"), { recursive: true });
  for (const part of ["migrations", "node_modules"]) await symlink(join(projectRoot, part), join(root, part));
  for (const required of ["auth", "github"])
    await symlink(join(projectRoot, "plugins", required), join(root, "plugins", required));
  await makePlugin("dropped-in", join(root, "plugins/dropped-in"));

  const server = await startTestServer({ root });
  const answer = await server.request("GET", "/v1/dropped-in/notes");
  await server.stop();

  expect(answer.status).toBe(401);
});

describe("no plugin is made", () => {
  test.each(["Audit", "audit_trail", "-audit", "audit-", "../audit", "1st", "a".repeat(41), ""])(
    "by the name %p",
    async (name) => {
      expect(await makePlugin(name, join(outside, "never"))).toEqual({ problem: expect.stringContaining(`"${name}"`) });
    },
  );

  test("by the name of one that there is", async () => {
    expect(await makePlugin("auth", join(outside, "never"))).toEqual({ problem: expect.stringContaining("plugins/auth") });
  });

  test("in a folder with something in it, which stays as it was", async () => {
    const folder = join(outside, "full");
    await Bun.write(join(folder, "index.ts"), "mine");

    expect(await makePlugin("audit-trail", folder)).toEqual({ problem: expect.stringContaining(folder) });
    expect(await Bun.file(join(folder, "index.ts")).text()).toBe("mine");
  });
});
