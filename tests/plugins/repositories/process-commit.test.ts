import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { destroyRepository } from "../../../plugins/repositories/jobs/destroy";
import { repositoryFolder } from "../../../plugins/storage/names";
import { pushed } from "../../../testing/factories";
import type { Fault } from "../../../testing/github";
import { useRepositoryWorld } from "./world/repository-world";

setDefaultTimeout(20_000);

const { github, server, db, jobs, add, commits, heard, until, untilTriedAgain, idleAfterFailures } = await useRepositoryWorld();
const folderOf = (name: string) => join(server.dataDir, "git_storage", repositoryFolder(name));
const filesOf = async (name: string) => (await readdir(folderOf(name)).catch(() => [])).toSorted();
const sizes = async (repositoryId: number) => {
  const [row] = await db.sql<{ size: number }[]>`SELECT commits_size AS size FROM repositories WHERE id = ${repositoryId}`;
  return row?.size;
};
/** Waits until the only commit of a repository has this status. */
const reaches = (repositoryId: number, status: string) =>
  until(async () => (await commits(repositoryId))[0]?.status === status);

async function sh(command: string[], cwd: string): Promise<string> {
  const child = Bun.spawn(command, { cwd, stdout: "pipe", stderr: "pipe" });
  const [out, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${errors}`);
  return out;
}

test("a commit lies in the storage as Workers expect it, and its size is known", async () => {
  const { onGitHub, added } = await add({
    name: "Widgets",
    files: {
      ".gitattributes": "secret.txt export-ignore\nversion.txt export-subst\n",
      "secret.txt": "kept",
      "version.txt": "$Format:%H$",
      ".hidden/file": "hidden",
      "bin/run": { content: "#!/bin/sh\n", executable: true },
      link: { symlink: "bin/run" },
    },
  });
  await jobs.idle();
  const sha = (await onGitHub.head()) ?? "";
  expect(await filesOf("Widgets")).toEqual([`${sha}.tar.zst`, `${sha}.tar.zst.shasum`]);
  const archive = join(folderOf("Widgets"), `${sha}.tar.zst`);
  const bytes = await readFile(archive);
  expect(await readFile(`${archive}.shasum`, "utf8")).toBe(
    `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`,
  );

  const folder = await mkdtemp(join(tmpdir(), "cocov-unpacked-"));
  await Bun.write(join(folder, "commit.tar"), Bun.zstdDecompressSync(bytes));
  await sh(["tar", "-xf", "commit.tar"], folder);
  expect((await readdir(folder)).toSorted()).toEqual([sha, "commit.tar"].toSorted());
  const tree = join(folder, sha);
  expect(await readFile(join(tree, "secret.txt"), "utf8")).toBe("kept");
  expect(await readFile(join(tree, "version.txt"), "utf8")).toBe("$Format:%H$");
  expect(await readFile(join(tree, ".hidden/file"), "utf8")).toBe("hidden");
  expect((await stat(join(tree, "bin/run"))).mode & 0o111).not.toBe(0);
  expect(await readlink(join(tree, "link"))).toBe("bin/run");
  await rm(folder, { recursive: true });

  const [commit] = await commits(added.id);
  expect(commit).toMatchObject({ sha, status: "completed" });
  expect(commit?.size).toBeGreaterThanOrEqual(bytes.length);
  expect(await sizes(added.id)).toBe(commit?.size ?? 0);
});

test("a repository's size is the sum of its commits'", async () => {
  const { onGitHub, added } = await add({ name: "growing", files: { a: "a" } });
  await jobs.idle();
  await pushed(server, github, onGitHub, { files: { b: "b".repeat(10_000) } });
  const all = await commits(added.id);
  expect(all).toHaveLength(2);
  expect(await sizes(added.id)).toBe(all.reduce((sum, { size }) => sum + (size ?? 0), 0));
});

test("a commit that was fetched isn't fetched again when another branch brings it", async () => {
  const { onGitHub, added } = await add({ name: "shared", files: { a: "a" } });
  await jobs.idle();
  expect(github.fetches("shared")).toHaveLength(1);
  const sha = (await onGitHub.head()) ?? "";
  await github.deliver("push", await github.payloads.push(onGitHub, { branch: "copy", before: null, after: sha }));
  await jobs.idle();
  expect(github.fetches("shared")).toHaveLength(1);
  const [commit] = await commits(added.id);
  expect(await heard(commit?.id ?? 0)).toContain("fetched");
});

const faults: Fault[] = [
  { status: 500 },
  { status: 401 },
  { status: 404 },
  { dropConnection: true },
  { cutAfterBytes: 100 },
  { status: 200, body: "<html>" },
];

/** Lets the time pass in which failures of a repository's fetches are kept quiet. */
const firstSecondsPass = (repositoryId: number) =>
  db.sql`UPDATE commits SET fetching_since = now() - interval '31 seconds' WHERE repository_id = ${repositoryId}`;

test("a git server that gives no commit leaves nothing behind; that is told, and made up for", async () => {
  await Promise.all(
    faults.map(async (fault, index) => {
      const name = `git-${index}`;
      const active = github.fail({ ...fault, match: `/acme/${name}.git/**` });
      const { added } = await add({ name, files: { a: "a" } });
      await reaches(added.id, "errored");
      const [commit] = await commits(added.id);
      expect(commit?.size).toBeNull();
      expect(await filesOf(name)).toEqual([]);
      expect(await heard(commit?.id ?? 0)).not.toContain("failed");
      await firstSecondsPass(added.id);
      await untilTriedAgain(async () => (await heard(commit?.id ?? 0)).includes("failed"));
      active.clear();
      await untilTriedAgain(async () => (await commits(added.id))[0]?.status === "completed");
      expect((await heard(commit?.id ?? 0)).at(-1)).toBe("fetched");
      expect(await filesOf(name)).toHaveLength(2);
    }),
  );
});

test("a git server that hangs keeps its own repository waiting and no other, until the connection breaks", async () => {
  const active = github.fail({ match: "/acme/hanging.git/**", hang: true });
  const { added } = await add({ name: "hanging", files: { a: "a" } });
  await until(async () => active.hits() > 0);
  expect(await commits(added.id)).toMatchObject([{ status: "in_progress" }]);
  const { added: other } = await add({ name: "lively", files: { a: "a" } });
  await reaches(other.id, "completed");
  expect(await commits(added.id)).toMatchObject([{ status: "in_progress" }]);
  await github.down();
  active.clear();
  await reaches(added.id, "errored");
  await github.up();
  await idleAfterFailures();
  expect(await commits(added.id)).toMatchObject([{ status: "completed" }]);
});

test("a token that GitHub no longer takes is replaced, as soon as GitHub gives another", async () => {
  const { onGitHub, added } = await add({ name: "tokenless" });
  await jobs.idle();
  // A new one is kept.
  await until(
    async () =>
      (await db.sql`SELECT 1 FROM github_installation_tokens WHERE updated_at < now() - interval '10 seconds'`).length > 0,
  );
  github.revokeTokens();
  const active = github.fail({ match: "/app/installations/*/access_tokens", status: 500 });
  await github.push(onGitHub, { files: { a: "a" } });
  await reaches(added.id, "errored");
  await until(async () => active.hits() > 0);
  active.clear();
  await idleAfterFailures();
  expect(await commits(added.id)).toMatchObject([{ status: "completed" }]);
});

test("storage that can't be written to is told as a failure and made up for", async () => {
  const folder = folderOf("blocked");
  await mkdir(join(folder, ".."), { recursive: true });
  await Bun.write(folder, "a file where a folder should be");
  const { added } = await add({ name: "blocked", files: { a: "a" } });
  await reaches(added.id, "errored");
  await rename(folder, `${folder}.aside`);
  await idleAfterFailures();
  expect(await commits(added.id)).toMatchObject([{ status: "completed" }]);
  expect(await filesOf("blocked")).toHaveLength(2);
});

test("whoever signs in between the push and the fetch is linked as author", async () => {
  const { onGitHub, added } = await add({ name: "linked" });
  await jobs.idle();
  const active = github.fail({ match: "/acme/linked.git/**", status: 500 });
  await github.push(onGitHub, { files: { a: "a" }, author: { name: "R", email: "Late@example.org" } });
  await reaches(added.id, "errored");
  await db.sql`INSERT INTO user_emails (user_id, email) SELECT id, 'late@example.org' FROM users WHERE login = 'root'`;
  active.clear();
  await idleAfterFailures();
  const linked = await db.sql`SELECT 1 FROM commits WHERE repository_id = ${added.id} AND user_id IS NOT NULL`;
  expect(linked).toHaveLength(1);
});

test("a destroyed repository leaves neither rows nor files, even while its commit is being fetched", async () => {
  const { onGitHub, added } = await add({ name: "doomed", files: { a: "a" } });
  await jobs.idle();
  expect(await filesOf("doomed")).toHaveLength(2);
  github.fail({ match: "/acme/doomed.git/**", delayMs: 300 });
  await github.push(onGitHub, { files: { b: "b" } });
  await until(async () => (await commits(added.id)).some(({ status }) => status === "in_progress"));
  await db.transaction((tx) => jobs.enqueue(tx, destroyRepository, { repositoryId: added.id }));
  await jobs.idle();
  expect(await filesOf("doomed")).toEqual([]);
  expect(await commits(added.id)).toEqual([]);
  expect((await server.request("GET", "/v1/repositories/doomed")).status).toBe(401);
  expect(await jobs.dead()).toEqual([]);
});

test("no token of GitHub's is logged on the way", () => {
  expect(server.logs()).not.toMatch(/gh[os]_\w{10}/);
  expect(server.logs()).not.toContain("x-access-token:");
});
