import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../core/app/app";
import { loadInstallation } from "../../core/app/installation";
import { openDatabase } from "../../core/services/database/database";
import { migrate } from "../../core/services/database/migrations/migrate";
import { migrationSources } from "../../core/services/database/migrations/migration-sources";
import { startEmbeddedPostgres } from "../../core/services/embedded-postgres/embedded-postgres";
import { createLogger } from "../../core/services/log/logger";
import { addRepository, serviceToken, signIn } from "../../testing/factories";
import { type GitHubStandIn, type Repository, startGitHub } from "../../testing/github";
import type { TestServer } from "../../testing/server";

/** The platform in this process, as it runs anywhere, with a repository and those who ask for its issues. */
export interface BenchPlatform {
  readonly server: TestServer;
  readonly github: GitHubStandIn;
  readonly onGitHub: Repository;
  /** Session of an admin, and a service token. */
  readonly admin: string;
  readonly worker: string;
  readonly repositoryId: number;
  stop(): Promise<void>;
}

export async function startBenchPlatform(): Promise<BenchPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), "cocov-bench-issues-"));
  const log = createLogger("error", process.stderr);
  const database = await startEmbeddedPostgres({ dataDir, log });
  const db = openDatabase({ url: database.url, poolSize: 2, log });
  await migrate({ db, sources: migrationSources(await loadInstallation({ env: {}, config: {} })), log });
  await db.close();
  const github = await startGitHub();
  const app = await createApp({
    env: {
      ...github.environment(),
      COCOV_DATABASE_URL: database.url,
      COCOV_CRYPTOGRAPHIC_KEY: "0123456789abcdef0123456789abcdef",
      COCOV_DATA_DIR: dataDir,
      COCOV_PORT: "0",
    },
    config: {},
    services: { log: { logger: log } },
  });
  await app.start();
  const { url } = app.http;
  const stop = async () => {
    await app.stop();
    await github.stop();
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const request: TestServer["request"] = (method, path, { token, body, headers } = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `bearer ${token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const server: TestServer = { app, url, databaseUrl: database.url, dataDir, logs: () => "", request, stop };
  const admin = await signIn(server, github, "ada");
  const worker = await serviceToken(server, admin);
  const onGitHub = await github.addRepository({ name: "api", files: { "README.md": "# API\n" } });
  const { id: repositoryId } = await addRepository(server, worker, "api");
  await app.jobs.idle();
  return { server, github, onGitHub, admin, worker, repositoryId, stop };
}
