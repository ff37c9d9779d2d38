import { afterAll } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openDatabase } from "../../../core/services/database/database";
import type { Database } from "../../../core/services/database/types";
import { createTestDatabase } from "../../../testing/databases";
import { createRepository, serviceToken, signIn } from "../../../testing/factories";
import { type GitHubStandIn, type Repository, startGitHub } from "../../../testing/github";
import {
  migratedTemplate,
  startTestServer,
  type TestServer,
  type TestServerOptions,
  testEnvironment,
} from "../../../testing/server";

/** The platform with everything around it: GitHub, a database, a storage folder, people, one repository. */
export interface Platform {
  readonly github: GitHubStandIn;
  /** Processes on the same database and storage. The first is the one that everything was set up with. */
  readonly servers: readonly TestServer[];
  readonly server: TestServer;
  /** Connections of the test's own, for what has no public surface. */
  readonly db: Database;
  /** What a further process on the same database and storage needs. */
  readonly environment: Record<string, string | undefined>;
  /** Session of the platform's admin. */
  readonly admin: string;
  /** Service token of Workers. */
  readonly token: string;
  readonly onGitHub: Repository;
  readonly repositoryId: number;
}

/** Two checks. */
export const manifest = `version: "0.1.alpha"
checks:
  - plugin: cocov/lint:v1
  - plugin: cocov/audit:v2
`;

export const uiBaseUrl = "https://ui.example.org";

interface PlatformOptions {
  /** How many servers run. */
  readonly copies?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobTiming?: TestServerOptions["jobTiming"];
  /** Ids of people, repositories and tokens begin here, so that made-up ones don't hit them. */
  readonly firstId?: number;
}

/** Starts it for all tests of the calling file. The repository `api` has one commit on `main`, whose checks wait for a Worker. */
export async function usePlatform({ copies = 1, env = {}, jobTiming, firstId = 1 }: PlatformOptions = {}): Promise<Platform> {
  const github = await startGitHub({ org: "acme" });
  const database = await createTestDatabase({ template: await migratedTemplate() });
  const dataDir = await mkdtemp(join(tmpdir(), "cocov-system-"));
  const variables = { ...github.environment(), COCOV_UI_BASE_URL: uiBaseUrl, ...env };
  const options = { databaseUrl: database.url, dataDir, env: variables, jobTiming };
  const servers: TestServer[] = [];
  const db = openDatabase({ url: database.url, poolSize: 2, log: pino({ level: "silent" }), applicationName: "test" });
  afterAll(async () => {
    await db.close();
    await Promise.all(servers.map((server) => server.stop()));
    await github.stop();
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });
  for (const table of ["users", "user_tokens", "service_tokens", "repositories"])
    await db.sql`ALTER TABLE ${db.sql(table)} ALTER COLUMN id RESTART WITH ${db.sql.unsafe(String(firstId))}`;
  const server = await startTestServer(options);
  servers.push(server);
  while (servers.length < copies) servers.push(await startTestServer(options));
  const admin = await signIn(server, github, "ada");
  const { onGitHub, repository } = await createRepository(server, github, admin, {
    name: "api",
    files: { ".cocov.yaml": manifest, "main.c": "int main() {}\n" },
    collaborators: { ada: "admin" },
  });
  return {
    github,
    servers,
    server,
    db,
    environment: testEnvironment(database.url, dataDir, variables),
    admin,
    token: await serviceToken(server, admin),
    onGitHub,
    repositoryId: repository.id,
  };
}
