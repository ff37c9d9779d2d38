import { type App, createApp } from "../app/app";
import type { Installation } from "../app/installation";
import { migrate } from "../services/database/migrations/migrate";
import { migrationSources } from "../services/database/migrations/migration-sources";
import { logOutput } from "../services/log/log-output";
import { createLogger } from "../services/log/logger";

/**
 * Puts the platform together for a command, migrated (unless that is switched off) and not started: nothing listens and no job runs.
 * While a server runs on the embedded database, it is that server's that is used. Closes everything afterwards, and ends the process.
 * @param installation what is installed, when that has been found out before
 */
export async function withApp<T>(use: (app: App) => Promise<T>, installation?: Installation): Promise<T> {
  const services = { log: { logger: createLogger("warn", logOutput(2)) }, embeddedPostgres: { joinRunningServer: true } };
  const app = await createApp({ services, ...(installation && { installation }) });
  try {
    if (app.installation.settings.autoMigrate) {
      await migrate({ db: app.db, sources: migrationSources(app.installation), log: app.log });
    }
    return await use(app);
  } finally {
    await app.stop();
    // Something may have been left running; the process ends all the same, once what the command had to say is printed.
    setTimeout(() => process.exit(), 0);
  }
}
