import { afterAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type App, createApp } from "../core/app/app";
import { loadInstallation } from "../core/app/installation";
import { openDatabase } from "../core/services/database/database";
import { migrate } from "../core/services/database/migrations/migrate";
import { migrationSources } from "../core/services/database/migrations/migration-sources";
import type { JobTiming } from "../core/services/jobs/timing";
import { createTestDatabase, ensureTemplate } from "./databases";

/** The platform, listening on a free port, with a database and folders of its own. */
export interface TestServer {
  readonly app: App;
  readonly url: string;
  readonly databaseUrl: string;
  /** Folder that is deleted at the end. */
  readonly dataDir: string;
  /** Every line logged so far, as text. */
  logs(): string;
  /** Sends a request: `body` goes out as JSON, `token` as bearer token. */
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface TestServerOptions {
  /** Environment variables, on top of those that give the server its own database, folder and port. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the configuration file exports. */
  readonly config?: unknown;
  /** Starts on an empty database instead of a migrated one. */
  readonly emptyDatabase?: boolean;
  /** Starts on this database; it isn't dropped at the end. */
  readonly databaseUrl?: string;
  readonly dataDir?: string;
  readonly jobTiming?: Partial<JobTiming>;
  readonly poolPatienceMs?: number;
  readonly root?: string;
}

/** Milliseconds a server may take to stop on a busy machine. */
const hookTimeout = 30_000;

/** Made up; every test server encrypts with it. */
export const testKey = "0123456789abcdef0123456789abcdef";

/** Starts a server under test in this process. Call `stop`, or let {@link useTestServer} do it. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = options.databaseUrl
    ? null
    : await createTestDatabase({ template: options.emptyDatabase ? undefined : await migratedTemplate() });
  const databaseUrl = options.databaseUrl ?? database?.url ?? "";
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "cocov-test-")));
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  const app = await createApp({
    env: testEnvironment(databaseUrl, dataDir, options.env),
    config: options.config ?? {},
    ...(options.root ? { root: options.root } : {}),
    services: {
      log: { logger: log },
      http: { checkAnswers: true },
      jobs: { timing: options.jobTiming },
      database: { poolPatienceMs: options.poolPatienceMs },
    },
  });
  try {
    await app.start();
  } catch (error) {
    await app.stop();
    await database?.drop();
    throw error;
  }
  const url = app.installation.settings.role === "jobs" ? "" : app.http.url;
  return {
    app,
    url,
    databaseUrl,
    dataDir,
    logs: () => lines.join(""),
    request: (method, path, { token, body, headers } = {}) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(token ? { authorization: `bearer ${token}` } : {}),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "manual",
      }),
    async stop() {
      await app.stop();
      await database?.drop();
      if (!options.dataDir) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Starts a server for all tests of the calling file, and stops it after the last one. */
export async function useTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer(options);
  afterAll(() => server.stop(), hookTimeout);
  return server;
}

/** @returns the environment of a server under test, for one in this process or in a child */
export function testEnvironment(
  databaseUrl: string,
  dataDir: string,
  env: TestServerOptions["env"] = {},
): Record<string, string | undefined> {
  return {
    COCOV_DATABASE_URL: databaseUrl,
    COCOV_DATA_DIR: dataDir,
    COCOV_CRYPTOGRAPHIC_KEY: testKey,
    COCOV_PORT: "0",
    COCOV_SHUTDOWN_SECONDS: "3",
    ...env,
  };
}

/** A database with the migrations of all plugins, made once per test run. */
export async function migratedTemplate(): Promise<string> {
  await ensureTemplate("migrated", async (url) => {
    const installation = await loadInstallation({ env: {}, config: {} });
    const db = openDatabase({ url, poolSize: 2, log: pino({ level: "silent" }) });
    await migrate({ db, sources: migrationSources(installation), log: pino({ level: "silent" }) });
    await db.close();
  });
  return "migrated";
}
