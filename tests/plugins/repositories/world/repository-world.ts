import { afterAll, afterEach } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../../../core/app/installation";
import { type AddedRepository, addRepository, serviceToken, signIn, webhookUrl } from "../../../../testing/factories";
import { type GitHubOptions, type NewRepository, type Repository, startGitHub } from "../../../../testing/github";
import { useTestServer } from "../../../../testing/server";
import { withoutDelays } from "../../../support/without-delays";

/** Plugins that repositories need, and themselves. */
const wanted = ["github", "auth", "storage", "repositories"];

/** Every other plugin is off; what repositories tell is noted. */
export const repositoriesOnly = {
  plugins: {
    disabled: readdirSync(join(projectRoot, "plugins")).filter((name) => !wanted.includes(name)),
    load: ["./tests/plugins/repositories/world/noting-plugin.ts"],
  },
};

/** What a repository's rows say of it. */
export interface StoredCommit {
  id: number;
  sha: string;
  message: string;
  author: string;
  email: string;
  status: string;
  size: number | null;
}

/**
 * A server with repositories and what they need, the GitHub it talks to, an admin and a service token.
 * @param settings variables on top of those that name that GitHub
 * @param load files of further plugins
 */
export async function useRepositoryWorld(
  options: GitHubOptions = {},
  settings: Record<string, string> = {},
  load: readonly string[] = [],
) {
  const github = await startGitHub(options);
  afterAll(() => github.stop());
  afterEach(() => github.clearFaults());
  const { disabled, load: noting } = repositoriesOnly.plugins;
  const config = { plugins: { disabled, load: [...noting, ...load] } };
  const server = await useTestServer({ env: { ...github.environment(), ...settings }, config });
  const { db, jobs } = server.app;
  await db.sql`CREATE TABLE heard (id bigint GENERATED ALWAYS AS IDENTITY, event text NOT NULL, subject bigint NOT NULL)`;
  github.sendWebhooksTo(webhookUrl(server));
  const admin = await signIn(server, github, "root");
  const service = await serviceToken(server, admin);
  await jobs.idle();
  const until = async (met: () => Promise<boolean>): Promise<void> => {
    while (!(await met())) await Bun.sleep(10);
  };
  return {
    github,
    server,
    db,
    jobs,
    admin,
    service,
    /** Makes a repository on GitHub and adds it here. What follows from that has still to run. */
    async add(repository: NewRepository): Promise<{ onGitHub: Repository; added: AddedRepository }> {
      const onGitHub = await github.addRepository(repository);
      return { onGitHub, added: await addRepository(server, service, repository.name) };
    },
    get: (path: string, token = service) => server.request("GET", path, { token }),
    /** @returns events told of a subject so far */
    heard: async (subject: number) =>
      (await db.sql<{ event: string }[]>`SELECT event FROM heard WHERE subject = ${subject} ORDER BY id`).map(
        ({ event }) => event,
      ),
    /** @returns the commits of a repository, oldest first */
    commits: async (repositoryId: number): Promise<StoredCommit[]> => [
      ...(await db.sql<StoredCommit[]>`
        SELECT id, sha::text, message, author_name AS author, author_email AS email, clone_status AS status, clone_size AS size
          FROM commits WHERE repository_id = ${repositoryId} ORDER BY id`),
    ],
    /** @returns the SHAs of a repository's branches by name */
    heads: async (repositoryId: number): Promise<Record<string, string | null>> => {
      const rows = await db.sql<{ name: string; sha: string | null }[]>`
        SELECT b.name, c.sha::text FROM branches b LEFT JOIN commits c ON c.id = b.head_id
         WHERE b.repository_id = ${repositoryId} ORDER BY b.name COLLATE "C"`;
      return Object.fromEntries(rows.map(({ name, sha }) => [name, sha]));
    },
    /** @returns levels by login of a repository's members; those nobody knows by their GitHub id */
    members: async (repositoryId: number): Promise<Record<string, string>> => {
      const rows = await db.sql<{ id: number; level: string }[]>`
        SELECT github_member_id AS id, level FROM repository_members WHERE repository_id = ${repositoryId} ORDER BY id`;
      return Object.fromEntries(rows.map(({ id, level }) => [String(id), level]));
    },
    /** Waits for something that happens behind an answer's back. */
    until,
    /** The same, while jobs that failed are tried again at once. */
    untilTriedAgain: (met: () => Promise<boolean>) => withoutDelays(db, until(met)),
    /** Waits until no job is left, while those that failed are tried again at once. */
    idleAfterFailures: () => withoutDelays(db, jobs.idle()),
  };
}

/** @returns status and error code of an answer */
export async function refusal(answer: Response): Promise<{ status: number; code: unknown }> {
  const { code }: { code: unknown } = await answer.json();
  return { status: answer.status, code };
}
