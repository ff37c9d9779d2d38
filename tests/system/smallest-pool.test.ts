import { afterAll, afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { processCommit } from "../../plugins/repositories/jobs/process-commit";
import { moveArchives } from "../../plugins/repositories/jobs/rename";
import { updateRepositoryPermissions } from "../../plugins/repositories/jobs/update-permissions";
import { updateUserPermissions } from "../../plugins/repositories/jobs/update-user-permissions";
import { type AddedRepository, addRepository, serviceToken, signIn, webhookUrl } from "../../testing/factories";
import { type Repository, startGitHub } from "../../testing/github";
import { useTestServer } from "../../testing/server";

setDefaultTimeout(60_000);

const github = await startGitHub();
afterAll(() => github.stop());
afterEach(() => github.clearFaults());
const server = await useTestServer({ env: { ...github.environment(), COCOV_DATABASE_POOL: "5" } });
const { db, jobs } = server.app;
github.sendWebhooksTo(webhookUrl(server));
const service = await serviceToken(server, await signIn(server, github, "root"));
for (const login of ["ada", "bob", "cid"]) await signIn(server, github, login);

interface Pair {
  readonly onGitHub: Repository;
  readonly added: AddedRepository;
}

async function addRepositories(names: readonly string[]): Promise<Pair[]> {
  const add = async (name: string): Promise<Pair> => {
    const onGitHub = await github.addRepository({ name, files: { a: name } });
    return { onGitHub, added: await addRepository(server, service, name) };
  };
  const pairs = await Promise.all(names.map(add));
  await jobs.idle();
  return pairs;
}

/** @returns how many jobs are due, run or are to be repeated, those that run by themselves left out */
async function jobsLeft(): Promise<number> {
  const left = await db.sql`
    SELECT 1 FROM core_jobs
     WHERE died_at IS NULL AND (run_at <= now() OR attempts > 0) AND key IS DISTINCT FROM 'schedule'`;
  return left.length;
}

/** Asks over and over, as long as `met` isn't. @returns whatever wasn't answered with 200 within seconds */
async function askUntil(met: () => Promise<boolean>): Promise<string[]> {
  const unanswered: string[] = [];
  const ask = async (path: string): Promise<void> => {
    const late = AbortSignal.timeout(5000);
    const answer = await fetch(`${server.url}${path}`, { headers: { authorization: `bearer ${service}` }, signal: late }).catch(
      (error: unknown) => String(error),
    );
    if (typeof answer === "string" || answer.status !== 200) unanswered.push(`${path}: ${String(answer)}`);
  };
  while (unanswered.length === 0 && !(await met())) {
    await Promise.all(["/v1/repositories", "/system/probes/health", "/system/probes/ready"].map(ask));
  }
  return unanswered;
}

test("with the smallest pool and a slow GitHub, a burst of all kinds of jobs is worked off while lists and probes answer", async () => {
  const repositories = await addRepositories(["r1", "r2", "r3", "r4", "r5", "r6"]);
  github.fail({ delayMs: 200 });
  await db.sql`UPDATE commits SET clone_status = 'queued'`;
  const commits = await db.sql<{ commitId: number; repositoryId: number }[]>`
    SELECT id AS "commitId", repository_id AS "repositoryId" FROM commits ORDER BY id`;
  const users = await db.sql<{ userId: number }[]>`SELECT id AS "userId" FROM users ORDER BY id`;
  const ids = repositories.map(({ added }) => ({ repositoryId: added.id }));
  await db.transaction(async (tx) => {
    await jobs.enqueueAll(tx, processCommit, commits);
    await jobs.enqueueAll(tx, updateRepositoryPermissions, ids);
    await jobs.enqueueAll(tx, updateUserPermissions, users);
    const renames = ids.map(({ repositoryId }) => ({ repositoryId, from: `old-${repositoryId}` }));
    await jobs.enqueueAll(tx, moveArchives, renames);
  });
  for (const { onGitHub } of repositories) await github.push(onGitHub, { branch: "topic", files: { b: onGitHub.name } });
  expect(await askUntil(async () => (await jobsLeft()) === 0)).toEqual([]);
  expect(await jobs.dead()).toEqual([]);
});

test("a repository whose git hangs takes one place and delays nobody else's commits", async () => {
  const [hung, ...others] = await addRepositories(["hung", "fine1", "fine2", "fine3"]);
  if (!hung) throw new Error("no repository");
  github.fail({ match: "**/hung.git/**", hang: true });
  for (let branch = 0; branch < 12; branch++) {
    await github.push(hung.onGitHub, { branch: `b${branch}`, files: { [`b${branch}`]: "x" } });
  }
  for (const { onGitHub } of others) await github.push(onGitHub, { branch: "topic", files: { b: "x" } });
  const fetched = async (): Promise<Record<string, number>> => {
    const [count] = await db.sql<{ hung: number; others: number }[]>`
      SELECT count(*) FILTER (WHERE repository_id = ${hung.added.id} AND clone_status <> 'completed') AS hung,
             count(*) FILTER (WHERE repository_id = ANY(${others.map(({ added }) => added.id)}) AND clone_status = 'completed') AS others
        FROM commits`;
    return count ?? {};
  };
  expect(await askUntil(async () => Bun.deepEquals(await fetched(), { hung: 12, others: 6 }))).toEqual([]);
  const [running] = await db.sql<{ fetches: number }[]>`
    SELECT count(*) AS fetches FROM core_jobs WHERE name = ${processCommit.name} AND running_token IS NOT NULL`;
  expect(running).toEqual({ fetches: 1 });
});
