import { loadInstallation } from "../app/installation";
import { closeServices, openServices } from "../app/open-services";
import { migrate } from "../services/database/migrations/migrate";
import { migrationSources } from "../services/database/migrations/migration-sources";
import { type MigrationStatus, migrationStatus } from "../services/database/migrations/migration-status";
import { logOutput } from "../services/log/log-output";
import { createLogger } from "../services/log/logger";
import { type CommandResult, defineCommand } from "./command";
import { table } from "./table";

export const migrateCommand = defineCommand({
  name: "migrate",
  summary: "Applies pending migrations",
  description:
    "Applies pending migrations of all plugins that are on. While a server runs on the embedded database, it is that server's that is used.",
  options: {
    status: {
      type: "boolean",
      summary: "only lists migrations and their state; exit code 1 when there is anything but applied ones",
    },
  },
  async run({ options }) {
    const installation = await loadInstallation();
    const log = createLogger("warn", logOutput(2));
    const services = { log: { logger: log }, embeddedPostgres: { joinRunningServer: true } };
    const { apis, opened } = await openServices(installation, services);
    const db = apis.database;
    const sources = migrationSources(installation);
    try {
      return options.status ? states(await migrationStatus({ db, sources })) : outcome(await migrate({ db, sources, log }));
    } finally {
      await closeServices(opened);
    }
  },
});

function states(migrations: readonly MigrationStatus[]): CommandResult {
  const rows = migrations.map(({ plugin, name, state, appliedAt }) => [plugin, name, state, appliedAt?.toISOString() ?? ""]);
  return {
    text: table(["plugin", "migration", "state", "applied at"], rows),
    json: { migrations: migrations.map(({ appliedAt, ...migration }) => ({ ...migration, appliedAt: appliedAt ?? null })) },
    exitCode: migrations.every(({ state }) => state === "applied") ? 0 : 1,
  };
}

function outcome(applied: readonly string[]): CommandResult {
  const list = applied.map((name) => `  ${name}`).join("\n");
  return { text: applied.length === 0 ? "Nothing to apply." : `Applied:\n${list}`, json: { applied } };
}
