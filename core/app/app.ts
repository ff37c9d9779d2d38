import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { Logger } from "pino";
import type { InstalledPlugin } from "../plugin/installed-plugin";
import { pluginFailure } from "../plugin/plugin-failure";
import { createBoundedWork } from "../services/bounded-work/bounded-work";
import { migrate } from "../services/database/migrations/migrate";
import { pendingMigrations } from "../services/database/migrations/migration-status";
import type { Database } from "../services/database/types";
import { createHttpServer, type HttpServer } from "../services/http/server";
import { createJobLedger, type JobLedger } from "../services/jobs/ledger";
import { createJobRunner } from "../services/jobs/runner";
import type { JobTiming } from "../services/jobs/timing";
import { createLogger } from "../services/log/logger";
import { StartupError } from "../startup-error";
import { type Installation, type InstallationOptions, loadInstallation } from "./installation";
import { type JobProbes, listenForJobProbes } from "./job-probes";
import { createLifecycle, type Lifecycle } from "./lifecycle";
import { createLiveness } from "./liveness";
import { migrationSources } from "./migration-sources";
import { probeRoutes } from "./probes";
import { createReadiness } from "./readiness";
import { openServices, type ServiceOptions } from "./services";
import { setUpPlugins } from "./set-up";
import { stopPhases } from "./stop-phases";
import { version } from "./version";

export interface AppOptions extends InstallationOptions, ServiceOptions {
  /** What is installed, when that has been found out before. */
  readonly installation?: Installation;
  readonly log?: Logger;
  /** Turns answers and errors that a route doesn't declare into failures. For tests. */
  readonly checkAnswers?: boolean;
  readonly jobTiming?: Partial<JobTiming>;
  /** Milliseconds for which the database's connections may all be taken, somebody waiting, until health says so. For tests. */
  readonly poolPatienceMs?: number;
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
  /**
   * Migrates, starts the plugins, listens and runs jobs, as far as the process's role asks for each. Where somebody else migrates, it
   * resolves after that; meanwhile probes say that the process isn't ready, and everything else answers 503. When `stop` is called
   * meanwhile, it resolves with the rest undone.
   * @throws what keeps it from starting; call `stop` then
   */
  start(): Promise<void>;
  /**
   * Stops accepting, lets requests and jobs end, hands the rest back, and closes the database last, all within the time that the
   * settings give it. Safe to call at any time and more than once; never rejects.
   */
  readonly stop: Lifecycle["stop"];
}

/** How often a process that may not migrate looks whether somebody else has, in milliseconds. */
const migrationPoll = 500;

/**
 * Puts the platform together: configuration, database, plugins, HTTP. Nothing listens or runs before `start`.
 * @throws StartupError that says all that is wrong with the configuration or the plugins
 */
export async function createApp(options: AppOptions = {}): Promise<App> {
  const installation = options.installation ?? (await loadInstallation(options));
  const { settings } = installation;
  const log = options.log ?? createLogger(settings.logLevel);
  const services = await openServices(settings, log, options);
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
  const boundedWork = createBoundedWork({ log });
  const plugins = setUpPlugins(installation, { db, jobs, log, cipher, boundedWork });

  const sources = migrationSources(installation);
  const migrated = async () => (await pendingMigrations({ db, sources })).length === 0;
  const runner = createJobRunner({
    db,
    ledger: jobs,
    handled: plugins.flatMap(({ parts }) => parts.jobs ?? []),
    queueUrl: settings.queueUrl,
    log,
    processName: hostname(),
    keepDeadDays: settings.keepDeadJobsDays,
    timing: options.jobTiming,
  });
  const runsJobs = settings.role !== "web";
  const readiness = createReadiness(log, [
    { name: "database", required: true, check: async () => ((await db.sql`SELECT 1`).length === 1 ? "ok" : "failing") },
    { name: "migrations", required: true, check: async () => ((await migrated()) ? "ok" : "failing") },
    { name: "jobs", required: true, check: async () => (!runsJobs || runner.healthy() ? "ok" : "failing") },
    ...plugins.flatMap(({ parts }) => parts.readiness ?? []),
  ]);
  const alive = createLiveness(db, log, options.poolPatienceMs);
  const http = createHttpServer({
    plugins: [
      { name: "system", summary: "Probes", routes: probeRoutes({ alive, migrated, readiness }), always: true },
      ...plugins.map(({ plugin, parts }) => ({
        name: plugin.name,
        summary: plugin.summary,
        routes: parts.routes ?? [],
        errors: plugin.errors,
        mounts: parts.mount ?? [],
      })),
    ],
    settings,
    log,
    checkAnswers: options.checkAnswers ?? false,
    open: () => !waiting,
    about: { title: "Cocov", version, description: "Code quality for one GitHub organization." },
  });

  let probes: JobProbes | undefined;
  let waiting = false;

  function listen(): void {
    if (settings.role === "jobs") {
      probes = listenForJobProbes(settings, { alive, readiness });
      log.info({ role: settings.role, probes: probes.url }, "running jobs");
    } else {
      http.listen();
      const names = plugins.map(({ plugin }) => plugin.name);
      log.info({ role: settings.role, url: http.url, docs: `${http.url}/swagger`, plugins: names }, "listening");
    }
  }

  const lifecycle = createLifecycle({
    log,
    budgetMs: settings.shutdownSeconds * 1000,
    async start({ ended }) {
      if (!runsJobs && !settings.databaseUrl) {
        log.warn(
          "COCOV_ROLE=web without COCOV_DATABASE_URL: nobody else reaches the embedded database, so no job will ever run",
        );
      }
      if (settings.autoMigrate) await migrate({ db, sources, log });
      waiting = !(await migrated());
      if (ended.aborted) return;
      const listensEarly = waiting;
      if (waiting) {
        listen();
        log.error(
          "migrations are pending and COCOV_AUTO_MIGRATE is off: run `bun run migrate`; until then this process isn't ready",
        );
        await untilMigrated(migrated, ended);
      }
      for (const plugin of plugins) {
        if (ended.aborted) return;
        await startPlugin(plugin);
      }
      if (ended.aborted) return;
      waiting = false;
      if (!listensEarly) listen();
      if (runsJobs) await runner.start();
    },
    phases: stopPhases({
      plugins,
      http,
      runner,
      rest: [
        { name: "bounded work", run: () => boundedWork.stop() },
        { name: "probes", run: () => probes?.stop() },
      ],
      services,
    }),
  });
  return { installation, plugins, db, jobs, http, log, ...lifecycle };
}

/** @throws StartupError that names the plugin, with what it threw as cause */
async function startPlugin({ plugin, parts }: InstalledPlugin): Promise<void> {
  try {
    await parts.start?.();
  } catch (error) {
    throw new StartupError([pluginFailure(plugin, "start", error)], { cause: error });
  }
}

/** Waits until somebody else has migrated the database, or `ended`. */
async function untilMigrated(migrated: () => Promise<boolean>, ended: AbortSignal): Promise<void> {
  while (!ended.aborted && !(await migrated().catch(() => false))) {
    await setTimeout(migrationPoll, undefined, { signal: ended }).catch(() => undefined);
  }
}
