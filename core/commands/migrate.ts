import { loadInstallation } from "../app/installation";
import { closeServices, openServices } from "../app/open-services";
import { migrate } from "../services/database/migrations/migrate";
import { migrationSources } from "../services/database/migrations/migration-sources";
import { migrationStatus } from "../services/database/migrations/migration-status";
import { logOutput } from "../services/log/log-output";
import { createLogger } from "../services/log/logger";
import { acceptOnly, runCommand } from "./run-command";
import { table } from "./table";

const usage = `Usage: bun run migrate [--status]

Applies pending migrations of all plugins that are on. While a server runs on the embedded database, it is that server's that is used.
  --status   only lists migrations and their state; exit code 1 when there is anything but applied ones`;

await runCommand(usage, async (args) => {
  acceptOnly(args, ["--status"]);
  const installation = await loadInstallation();
  const log = createLogger("warn", logOutput(2));
  const options = { log: { logger: log }, embeddedPostgres: { joinRunningServer: true } };
  const { apis, opened } = await openServices(installation, options);
  const db = apis.database;
  const sources = migrationSources(installation);
  try {
    if (args.includes("--status")) {
      const states = await migrationStatus({ db, sources });
      const rows = states.map(({ plugin, name, state, appliedAt }) => [plugin, name, state, appliedAt?.toISOString() ?? ""]);
      console.log(table(["plugin", "migration", "state", "applied at"], rows));
      if (states.some(({ state }) => state !== "applied")) process.exitCode = 1;
    } else {
      const applied = await migrate({ db, sources, log });
      console.log(applied.length === 0 ? "Nothing to apply." : `Applied:\n${applied.map((name) => `  ${name}`).join("\n")}`);
    }
  } finally {
    await closeServices(opened);
  }
});
