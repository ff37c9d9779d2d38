import { hostname } from "node:os";
import type { Logger } from "pino";
import { migrate } from "../database/migrations/migrate";
import { pendingMigrations } from "../database/migrations/migration-status";
import type { Database } from "../database/types";
import { createEvents } from "../events/emitter";
import { createHttpServer, type HttpServer } from "../http/server";
import { createJobLedger, type JobLedger } from "../jobs/ledger";
import { createJobRunner } from "../jobs/runner";
import type { JobTiming } from "../jobs/timing";
import { createLogger } from "../log";
import type { ReadinessCheck } from "../plugin/plugin";
import { createSlotBoard } from "../plugin/slot";
import { type Installation, type InstallationOptions, loadInstallation } from "./installation";
import { listenForJobProbes } from "./job-probes";
import { migrationSources } from "./migration-sources";
import { probeRoutes } from "./probes";
import { openServices } from "./services";
import { type InstalledPlugin, setUpPlugins } from "./set-up";
import { version } from "./version";

export interface AppOptions extends InstallationOptions {
  readonly log?: Logger;
  /** Turns answers and errors that a route doesn't declare into failures. For tests. */
  readonly checkAnswers?: boolean;
  readonly jobTiming?: Partial<JobTiming>;
}

/** The platform in one process. */
export interface App {
  readonly installation: Installation;
  /** Plugins that are on, requirements first. */
  readonly plugins: readonly InstalledPlugin[];
  readonly db: Database;
  readonly jobs: JobLedger;
  readonly http: HttpServer;
  readonly log: Logger;
  /** Migrates, starts the plugins, runs jobs and listens, as far as the process's role asks for each. */
  start(): Promise<void>;
  /** Stops accepting, lets requests and jobs end, hands the rest back, and closes the database last. Safe to call more than once. */
  stop(): Promise<void>;
}

/** How often a process that may not migrate looks whether somebody else has, in milliseconds. */
const migrationPoll = 2000;

/**
 * Puts the platform together: configuration, database, plugins, HTTP. Nothing listens or runs before `start`.
 * @throws StartupError that says all that is wrong with the configuration or the plugins
 */
export async function createApp(options: AppOptions = {}): Promise<App> {
  const installation = await loadInstallation(options);
  const { settings } = installation;
  const log = options.log ?? createLogger(settings.logLevel);
  const services = await openServices(settings, log);
  try {
    return assemble(options, installation, log, services);
  } catch (error) {
    await services.close();
    throw error;
  }
}

function assemble(
  options: AppOptions,
  installation: Installation,
  log: Logger,
  services: Awaited<ReturnType<typeof openServices>>,
): App {
  const { settings } = installation;
  const { db, cipher } = services;
  const jobs = createJobLedger({ db });
  const events = createEvents();
  const plugins = setUpPlugins(installation, { db, jobs, events, slots: createSlotBoard(), log, cipher });
  for (const { parts } of plugins) events.register(parts.on ?? []);

  const sources = migrationSources(installation);
  const migrated = async () => (await pendingMigrations({ db, sources })).length === 0;
  const runner = createJobRunner({
    db,
    ledger: jobs,
    handled: plugins.flatMap(({ parts }) => parts.jobs ?? []),
    queueUrl: settings.queueUrl,
    log,
    processName: hostname(),
    timing: options.jobTiming,
  });
  const runsJobs = settings.role !== "web";
  const checks: ReadinessCheck[] = [
    { name: "database", required: true, check: async () => ((await db.sql`SELECT 1`).length === 1 ? "ok" : "failing") },
    { name: "migrations", required: true, check: async () => ((await migrated()) ? "ok" : "failing") },
    { name: "jobs", required: true, check: async () => (!runsJobs || runner.healthy() ? "ok" : "failing") },
    ...plugins.flatMap(({ parts }) => parts.readiness ?? []),
  ];
  const http = createHttpServer({
    plugins: [
      { name: "system", summary: "Probes", routes: probeRoutes({ migrated, checks }) },
      ...plugins.map(({ plugin, parts }) => ({
        name: plugin.name,
        summary: plugin.summary,
        routes: parts.routes ?? [],
        errors: plugin.errors,
      })),
    ],
    settings,
    log,
    checkAnswers: options.checkAnswers ?? false,
    about: { title: "Cocov", version, description: "Code quality for one GitHub organization." },
  });

  let stopping: Promise<void> | undefined;
  let waiting: Timer | undefined;
  let probes: { stop(): Promise<void> } | undefined;
  let working = false;

  async function work(): Promise<void> {
    for (const { parts } of plugins) await parts.start?.();
    if (runsJobs) await runner.start();
    working = true;
  }

  /** Where somebody else migrates, this process waits for it and meanwhile answers that it isn't ready. */
  function workOnceMigrated(): void {
    waiting = setTimeout(async () => {
      const done = await migrated().catch(() => false);
      if (stopping) return;
      if (done) await work().catch((error: unknown) => log.fatal({ err: error }, "couldn't start working"));
      else workOnceMigrated();
    }, migrationPoll);
  }

  return {
    installation,
    plugins,
    db,
    jobs,
    http,
    log,
    async start() {
      if (settings.autoMigrate) await migrate({ db, sources, log });
      if (await migrated()) await work();
      else {
        log.error(
          "migrations are pending and COCOV_AUTO_MIGRATE is off: run `bun run migrate`; until then this process isn't ready",
        );
        workOnceMigrated();
      }
      if (settings.role === "jobs") {
        probes = listenForJobProbes(settings, checks);
        log.info({ role: settings.role, probes: settings.probePort }, "running jobs");
      } else {
        http.listen();
        log.info(
          {
            role: settings.role,
            url: http.url,
            docs: `${http.url}/swagger`,
            plugins: plugins.map(({ plugin }) => plugin.name),
          },
          "listening",
        );
      }
    },
    async stop() {
      stopping ??= (async () => {
        clearTimeout(waiting);
        const graceMs = settings.shutdownSeconds * 1000;
        for (const { parts } of plugins) parts.drain?.();
        await Promise.all([http.stop({ graceMs }), working && runsJobs ? runner.stop({ timeoutMs: graceMs }) : undefined]);
        for (const { parts } of plugins.toReversed()) await parts.stop?.();
        await probes?.stop();
        await services.close();
        log.info("stopped");
      })();
      await stopping;
    },
  };
}
