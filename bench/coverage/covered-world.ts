import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import { loadInstallation } from "../../core/app/installation";
import { readConnectionUrl } from "../../core/services/database/connection-options";
import { openDatabase } from "../../core/services/database/database";
import { migrate } from "../../core/services/database/migrations/migrate";
import { migrationSources } from "../../core/services/database/migrations/migration-sources";
import { startEmbeddedPostgres } from "../../core/services/embedded-postgres/embedded-postgres";
import { createLogger } from "../../core/services/log/logger";
import { startGitHub } from "../../testing/github";
import { type BenchServer, startServer } from "../servers";

/** The whole platform in a process of its own, and a repository with commits that reports can be about. */
export interface CoveredWorld {
  readonly sql: Sql;
  readonly databaseUrl: string;
  /** Starts the platform anew, so that what it holds begins at nothing. */
  startPlatform(): Promise<BenchServer>;
  /** Has the platform know a commit, with its files. @returns its SHA */
  pushCommit(platform: BenchServer, files: Readonly<Record<string, string>>): Promise<string>;
  /** The repository's token, and a member's session. */
  readonly repositoryToken: string;
  readonly session: string;
  /** Path of the repository's commits. */
  readonly commits: string;
  stop(): Promise<void>;
}

const webhookSecret = "bench-secret";

export async function openCoveredWorld(): Promise<CoveredWorld> {
  const folder = await mkdtemp(join(tmpdir(), "cocov-bench-coverage-"));
  const log = createLogger("error", process.stderr);
  const database = await startEmbeddedPostgres({ dataDir: folder, log });
  const db = openDatabase({ url: database.url, poolSize: 2, log });
  await migrate({ db, sources: migrationSources(await loadInstallation({ env: {}, config: {} })), log });
  await db.close();
  const { url, address } = readConnectionUrl(database.url);
  const sql = postgres(url, { ...address, max: 2, onnotice: () => undefined });
  const github = await startGitHub({ webhookSecret });
  const person = github.addUser({ login: "ada" });
  const onGitHub = await github.addRepository({ name: "covered", files: { "README.md": "# Covered\n" } });
  const [session, repositoryToken] = [`coa_${"1".repeat(64)}`, `crt_${"3".repeat(42)}`];
  const hash = createHash("sha256").update(session).digest("base64");
  await sql`INSERT INTO users (login, github_id, admin) VALUES (${person.login}, ${person.id}, true)`;
  await sql`INSERT INTO user_tokens (user_id, kind, hashed_token) SELECT id, 'auth', ${hash} FROM users`;
  await sql`
    INSERT INTO repositories (name, default_branch, token, github_id) VALUES ('covered', 'main', ${repositoryToken}, ${onGitHub.id})`;
  return {
    sql,
    databaseUrl: database.url,
    repositoryToken,
    session,
    commits: "/v1/repositories/covered/commits",
    startPlatform: () =>
      startServer(["cli/cocov.ts", "start"], {
        ...github.environment(),
        COCOV_DATABASE_URL: database.url,
        COCOV_CRYPTOGRAPHIC_KEY: "0123456789abcdef0123456789abcdef",
        COCOV_DATA_DIR: folder,
        COCOV_PORT: "0",
      }),
    async pushCommit(platform, files) {
      const sha = await onGitHub.commit({ files: { ...files, "round.txt": crypto.randomUUID() } });
      const payload = await github.payloads.push(onGitHub, { branch: "main", before: null, after: sha });
      await github.deliver("push", payload, { to: `${platform.url}/v1/github/events` });
      await until(async () => (await sql`SELECT FROM commits WHERE sha = ${sha} AND clone_status = 'completed'`).length > 0);
      return sha;
    },
    async stop() {
      await sql.end();
      await github.stop();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sends a report. @returns milliseconds until it was answered */
export async function sendReport(url: string, token: string, body: Uint8Array<ArrayBuffer>): Promise<number> {
  const started = performance.now();
  const headers = { authorization: `token ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${url}/v1/reports`, { method: "POST", headers, body });
  await answer.bytes();
  if (answer.status !== 204) throw new Error(`a report was answered with ${answer.status}`);
  return performance.now() - started;
}

/** Waits until the coverage of so many commits is completed. */
export async function processed(sql: Sql, shas: readonly string[]): Promise<void> {
  const missing = async () => {
    const rows = await sql<{ status: string }[]>`
      SELECT v.status FROM coverage_infos v JOIN commits c ON c.id = v.commit_id WHERE c.sha = ANY(${[...shas]})`;
    if (rows.some(({ status }) => status === "errored")) throw new Error("coverage ended as errored");
    return rows.filter(({ status }) => status === "completed").length < shas.length;
  };
  await until(async () => !(await missing()));
}

/** Most memory that a process has had, in MiB. */
export function peakMemory({ pid }: BenchServer): number {
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? Number.NaN) / 1024;
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await Bun.sleep(2);
}
