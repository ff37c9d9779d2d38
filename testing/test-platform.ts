import { afterAll } from "bun:test";
import { dirname, join } from "node:path";
import { projectRoot } from "../core/app/installation";
import type { Database } from "../core/services/database/types";
import type { JobDefinition, Jobs } from "../core/services/jobs/job";
import * as factories from "./factories";
import {
  type GitHubOptions,
  type GitHubStandIn,
  type PushedCommit,
  type PushOptions,
  type Repository,
  startGitHub,
} from "./github";
import { letTimePass, type TimeColumn } from "./let-time-pass";
import { startTestServer, type TestServer } from "./server";
import { statementsOf } from "./statements";

/** The platform with all its plugins, listening on a free port, next to a GitHub that it believes in. */
export interface TestPlatform extends Pick<TestServer, "url" | "databaseUrl" | "dataDir" | "logs" | "request"> {
  readonly github: GitHubStandIn;
  readonly db: Database;
  readonly jobs: Jobs;
  /** @returns a session of the platform's admin, whose login is `admin` */
  admin(): Promise<string>;
  /**
   * Signs somebody in through GitHub, as a browser does. Whom GitHub doesn't know yet becomes a member of its organization first.
   * @returns the session's token
   */
  signIn(login: string): Promise<string>;
  /** @returns a new service token, as workers have it */
  serviceToken(): Promise<string>;
  /** Makes a repository on GitHub and adds it; what follows from that is done when this resolves. */
  createRepository(
    wanted: factories.WantedRepository,
  ): Promise<{ onGitHub: Repository; repository: factories.AddedRepository }>;
  /** Commits on GitHub and delivers the push; what follows from that is done when this resolves. */
  push(repository: Repository, options?: PushOptions): Promise<PushedCommit>;
  /** Waits until no job is due, runs or is to be repeated. @throws after `timeoutMs` (30,000 unless given), naming those that are left */
  idle(timeoutMs?: number): Promise<void>;
  /** Enqueues a job and waits until it and all that follows from it is done: also for periodic jobs, whose payload is `{}`. */
  run<Payload>(job: JobDefinition<Payload>, payload: NoInfer<Payload>): Promise<void>;
  /** Lets jobs be due as they will be in so many seconds. See {@link letTimePass}, also for what it can't do. */
  letTimePass(seconds: number, columns?: readonly TimeColumn[]): Promise<void>;
  /** @returns how many statements go to the database while something is done; it is done five times, and the fewest count */
  statementsOf(act: () => Promise<unknown>): Promise<number>;
  /** Stops the platform and its GitHub, and removes the database and all files. */
  stop(): Promise<void>;
}

export interface TestPlatformOptions {
  /** Plugins besides the project's own: absolute paths, or names of packages that are installed next to the platform. */
  readonly plugins?: readonly string[];
  /** Plugins that are off, and whatever requires them has to be off as well. */
  readonly without?: readonly string[];
  /** Settings of plugins, as in the configuration file: plugin -> key -> value. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Environment variables, for settings that tests give by those. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly github?: GitHubOptions;
}

/** Milliseconds that the platform may take to stop on a busy machine. */
const stopTimeout = 30_000;

/**
 * Starts the platform in this process. Call `stop` in the end, or let {@link useTestPlatform} do it.
 * @throws StartupError with all that is wrong with plugins and settings
 */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const github = await startGitHub(options.github);
  try {
    const server = await startTestServer({
      env: { ...github.environment(), ...options.env },
      config: {
        plugins: { load: options.plugins?.filter((plugin) => !isOfProject(plugin)) ?? [], disabled: options.without ?? [] },
        settings: options.settings ?? {},
      },
    });
    return platformOf(server, github);
  } catch (error) {
    await github.stop();
    throw error;
  }
}

/** Those are found anyway: a test beside a plugin needn't know whether that lies in the project. */
const isOfProject = (plugin: string): boolean => dirname(plugin) === join(projectRoot, "plugins");

/**
 * Starts the platform for all tests of the calling file, and stops it after the last one. Call it at the top of the file: starting
 * PostgreSQL may take longer than a test has.
 *
 * @example
 * const platform = await useTestPlatform({ plugins: [import.meta.dir] });
 */
export async function useTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const platform = await startTestPlatform(options);
  afterAll(() => platform.stop(), stopTimeout);
  return platform;
}

function platformOf(server: TestServer, github: GitHubStandIn): TestPlatform {
  const { db, jobs } = server.app;
  let adminSession: Promise<string> | undefined;
  const admin = () => {
    adminSession ??= factories.signIn(server, github, "admin");
    return adminSession;
  };
  const serviceToken = async () => await factories.serviceToken(server, await admin());
  const { url, databaseUrl, dataDir, logs, request } = server;
  return {
    url,
    databaseUrl,
    dataDir,
    logs,
    request,
    github,
    db,
    jobs,
    admin,
    async signIn(login) {
      // Who signs in first is the admin, and nobody else shall become that by chance.
      await admin();
      return await factories.signIn(server, github, login);
    },
    serviceToken,
    createRepository: async (wanted) => await factories.createRepository(server, github, await serviceToken(), wanted),
    push: (repository, options) => factories.pushed(server, github, repository, options),
    idle: (timeoutMs) => jobs.idle(timeoutMs),
    async run(job, payload) {
      await db.transaction((tx) => jobs.enqueue(tx, job, payload));
      await jobs.idle();
    },
    letTimePass: (seconds, columns) => letTimePass(db, seconds, columns),
    statementsOf: (act) => statementsOf(server, act),
    async stop() {
      await server.stop();
      await github.stop();
    },
  };
}
