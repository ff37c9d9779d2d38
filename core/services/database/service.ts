import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import { flag, setting, wholeNumber } from "../../config/setting";
import embeddedPostgres from "../embedded-postgres/service";
import log from "../log/service";
import observation from "../observation/service";
import { databaseConnections, readConnections } from "./connection-gauge";
import { applicationName, openDatabase } from "./database";
import { refuseHalfRestored } from "./half-restored";
import { createLiveness } from "./liveness";
import { migrate } from "./migrations/migrate";
import { migrateCommand } from "./migrations/migrate-command";
import { migrationMistakes } from "./migrations/migration-mistakes";
import { migrationSources } from "./migrations/migration-sources";
import { pendingMigrations } from "./migrations/migration-status";
import { requireReachable } from "./reach";
import { reservedTables } from "./reserved-tables";
import { untilMigrated } from "./until-migrated";
import type { WatchedDatabase } from "./watched-database";

interface Options {
  /** Milliseconds for which the pool may be exhausted. */
  readonly poolPatienceMs: number;
}

export default defineService({
  name: "database",
  summary: "PostgreSQL: connections, transactions, migrations",
  settings: z.object({
    databasePool: setting(wholeNumber(5, 1000).default(10), {
      env: "COCOV_DATABASE_POOL",
      summary: "database connections per process",
    }),
    autoMigrate: setting(flag.default(true), {
      env: "COCOV_AUTO_MIGRATE",
      summary: "apply pending migrations at start; off: the process isn't ready while there are any",
    }),
  }),
  needs: [log, observation, embeddedPostgres],
  readiness: {
    database: async ({ sql }) => ((await sql`SELECT 1`).length === 1 ? "ok" : "failing"),
    migrations: async (database) => ((await database.migrated()) ? "ok" : "failing"),
  },
  console: {
    db: { summary: "the database: db.sql, db.orm, db.transaction(async (tx) => …)", value: (database) => database },
    sql: { summary: "SQL as a tagged template: await sql`select count(*) from core_jobs`", value: ({ sql }) => sql },
  },
  commands: [migrateCommand],
  checkManifest: async (plugin, root) => [...reservedTables(plugin), ...(await migrationMistakes(plugin, root))],
  async open({ installation, settings, use, ...context }): Promise<OpenService<WatchedDatabase>> {
    const options: Partial<Options> = context.options;
    const { url } = use.embeddedPostgres;
    const db = openDatabase({ url, poolSize: settings.databasePool, log: use.log, beginnings: () => use.observation.begin });
    use.observation.gauge(databaseConnections, () => readConnections(db, applicationName));
    let sources = migrationSources(installation);
    const migrated = async () => (await pendingMigrations({ db, sources })).length === 0;
    const prepare = async () => {
      await refuseHalfRestored(db);
      if (settings.autoMigrate) await migrate({ db, sources, log: use.log });
    };
    const stop = (ms: number) => db.close(ms / 1000);
    try {
      await requireReachable(db, url);
    } catch (error) {
      await stop(1000);
      throw error;
    }
    return {
      api: Object.assign(db, { migrated, alive: createLiveness(db, use.log, options.poolPatienceMs) }),
      attach({ plugins }) {
        sources = migrationSources({ root: installation.root, on: plugins });
      },
      prepare,
      async start({ ended, waitsForOthers }) {
        await prepare();
        if (ended.aborted || (await migrated())) return;
        waitsForOthers();
        use.log.error(
          "migrations are pending and COCOV_AUTO_MIGRATE is off: run `bun run migrate`; until then this process isn't ready",
        );
        await untilMigrated(migrated, ended);
      },
      stop,
    };
  },
  preview: (): WatchedDatabase => {
    const db = openDatabase({ url: embeddedPostgres.preview().url, poolSize: 1, log: log.preview() });
    return Object.assign(db, { migrated: async () => false, alive: () => true });
  },
});
