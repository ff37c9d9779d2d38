import type { Platform } from "../../../app/service";
import { type CommandResult, defineCommand } from "../../../commands/command";
import { logOutput } from "../../log/log-output";
import { createLogger } from "../../log/logger";
import { table } from "../../log/table";
import type { WatchedDatabase } from "../watched-database";
import { migrate } from "./migrate";
import { migrationSources } from "./migration-sources";
import { type MigrationStatus, migrationStatus } from "./migration-status";

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
  run: ({ options }, platform: Platform<WatchedDatabase>) =>
    platform.opened(async (db, installation) => {
      const sources = migrationSources(installation);
      if (options.status) return states(await migrationStatus({ db, sources }));
      return outcome(await migrate({ db, sources, log: createLogger("warn", logOutput(2)) }));
    }),
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
