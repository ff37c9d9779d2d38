import { expect, test } from "bun:test";
import { processCommit } from "../../../plugins/repositories/jobs/process-commit";
import { updateCommitAuthors } from "../../../plugins/repositories/jobs/update-authors";
import { signIn } from "../../../testing/factories";
import type { Repository } from "../../../testing/github";
import { planOf } from "../../../testing/statements";
import { useRepositoryWorld } from "./world/repository-world";

const { github, server, db, jobs, add, get, until } = await useRepositoryWorld();

/** Pushes a commit that somebody of this address wrote. */
async function pushBy(repository: Repository, email: string): Promise<void> {
  await repository.commit({ author: { name: "Somebody", email } });
  await github.deliver(
    "push",
    await github.payloads.push(repository, { branch: "main", before: null, after: await repository.head("main") }),
  );
}

/** @returns logins of the authors of a repository's commits, oldest first; null where nobody is linked */
async function authors({ id }: { id: number }): Promise<(string | null)[]> {
  const rows = await db.sql<{ login: string | null }[]>`
    SELECT u.login FROM commits c LEFT JOIN users u ON u.id = c.user_id WHERE c.repository_id = ${id} ORDER BY c.id`;
  return rows.map(({ login }) => login);
}

async function repositoryOf(name: string, ...emails: string[]) {
  const { onGitHub, added } = await add({ name, files: { a: "a" } });
  await jobs.idle();
  await db.sql`DELETE FROM commits WHERE repository_id = ${added.id}`;
  for (const email of emails) await pushBy(onGitHub, email);
  await jobs.idle();
  return { onGitHub, added };
}

test("signing in links the commits that were written with a verified address of one's own", async () => {
  const grace = github.addUser({
    login: "grace",
    emails: [
      { email: "Grace@example.org", primary: true, verified: true },
      { email: "claimed@example.org", primary: false, verified: false },
    ],
  });
  const { onGitHub } = await add({ name: "api", files: { a: "a" } });
  await jobs.idle();
  const head = async (branch: string, email: string) => {
    await onGitHub.commit({ branch, author: { name: "G", email } });
    await github.deliver(
      "push",
      await github.payloads.push(onGitHub, { branch, before: null, after: await onGitHub.head(branch) }),
    );
    await jobs.idle();
    return async () => (await (await get(`/v1/repositories/api/branches/${branch}`)).json()).head.user;
  };
  const own = await head("own", "gRACE@example.org");
  const claimed = await head("claimed", "claimed@example.org");
  expect(await own()).toBeUndefined();

  await signIn(server, github, grace.login);
  await jobs.idle();
  expect(await own()).toMatchObject({ name: "grace" });
  expect(await claimed()).toBeUndefined();
});

test("commits go with an address that moves, and those of two people who swap theirs change sides", async () => {
  const { added } = await repositoryOf("swapped", "left@example.org", "right@example.org", "left@example.org");
  const left = github.addUser({ login: "left", emails: ["left@example.org"] });
  const right = github.addUser({ login: "right", emails: ["right@example.org"] });
  await Promise.all([signIn(server, github, "left"), signIn(server, github, "right")]);
  await jobs.idle();
  expect(await authors(added)).toEqual(["left", "right", "left"]);
  github.updateUser(left, { emails: ["right@example.org"] });
  github.updateUser(right, { emails: ["left@example.org"] });
  await Promise.all([signIn(server, github, "left"), signIn(server, github, "right")]);
  await jobs.idle();
  expect(await authors(added)).toEqual(["right", "left", "right"]);
});

test("whoever had an address before doesn't get its commits back by a job that comes late", async () => {
  const { added } = await repositoryOf("late", "handed-on@example.org");
  const giver = github.addUser({ login: "giver", emails: ["handed-on@example.org"] });
  const [commit] = await db.sql<{ id: number }[]>`SELECT id FROM commits WHERE repository_id = ${added.id}`;
  const running = async () =>
    (await db.sql`SELECT 1 FROM core_jobs WHERE name = ${updateCommitAuthors.name} AND running_token IS NOT NULL`).length;
  const waiting = async () => (await db.sql`SELECT 1 FROM core_jobs WHERE name = ${updateCommitAuthors.name}`).length;
  await db.transaction(async (tx) => {
    await tx.sql`SELECT FROM commits WHERE id = ${commit?.id ?? 0} FOR UPDATE`;
    await signIn(server, github, "giver");
    await until(async () => (await running()) === 1);
    github.updateUser(giver, { emails: [] });
    github.addUser({ login: "taker", emails: ["handed-on@example.org"] });
    await signIn(server, github, "taker");
    expect([await waiting(), await running()]).toEqual([2, 1]);
  });
  await jobs.idle();
  expect(await authors(added)).toEqual(["taker"]);
});

test("a commit that was registered while its author signed in is linked when it is fetched, also when that fails", async () => {
  github.addUser({ login: "swift", emails: ["swift@example.org"] });
  await signIn(server, github, "swift");
  const { onGitHub, added } = await repositoryOf("meanwhile");
  await jobs.pause(processCommit.name);
  await pushBy(onGitHub, "Swift@Example.org");
  await until(async () => (await authors(added)).length === 1);
  expect(await authors(added)).toEqual(["swift"]);
  await db.sql`UPDATE commits SET user_id = NULL WHERE repository_id = ${added.id}`;
  github.fail({ match: "/acme/meanwhile.git/**", status: 500 });
  await jobs.resume(processCommit.name);
  await until(async () => (await authors(added))[0] === "swift");
  github.clearFaults();
  await jobs.idle();
});

test("of many commits those of one person are linked by one statement, which looks for their addresses", async () => {
  const { added } = await repositoryOf("many");
  await db.sql`
    INSERT INTO commits (repository_id, sha, message, author_name, author_email)
    SELECT ${added.id}, lpad(to_hex(n), 40, '0'), '', '', CASE WHEN n % 100 = 0 THEN 'Rare@example.org' ELSE n || '@example.org' END
      FROM generate_series(1, 5000) AS n`;
  await db.sql`ANALYZE commits`;
  github.addUser({ login: "rare", emails: ["rare@example.org"] });
  const plan = await planOf(server, "UPDATE commits SET user_id", async () => {
    await signIn(server, github, "rare");
    await jobs.idle();
  });
  expect(plan).toContain("commits_by_author_email");
  expect((await authors(added)).filter((login) => login === "rare")).toHaveLength(50);
});
