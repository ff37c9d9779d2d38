import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import { setting, text, wholeNumber } from "../../config/setting";
import { StartupError } from "../../startup-error";
import type { Logger } from "../log/logger";
import log from "../log/service";
import { prepareDataFolder } from "./data-folder";
import { databaseAddress } from "./database-address";
import { startEmbeddedPostgres } from "./embedded-postgres";

/** Where the database is. */
export interface DatabaseServer {
  /** Connection URI. */
  readonly url: string;
  /** Whether it is a server of the platform's own, whose data lies in the data folder. */
  readonly embedded: boolean;
}

export default defineService({
  name: "embeddedPostgres",
  summary: "Says where the database is, and runs one in the data folder where no other is set",
  settings: z.object({
    databaseUrl: setting(text.regex(/^postgres(ql)?:\/\//).optional(), {
      env: ["COCOV_DATABASE_URL", "DATABASE_URL"],
      summary: "PostgreSQL server, 14 or newer; without it an embedded one runs under the data folder",
      accepts: "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
      secret: true,
    }),
    databaseHost: setting(text.regex(/^(\/.*|[\w.-]+)$/).optional(), {
      env: "COCOV_DATABASE_HOST",
      summary: "the same in parts, used when no URL is set: the server's host, or the folder of its unix socket",
      accepts: "a host's name, an IPv4 address, or an absolute path",
    }),
    databasePort: setting(wholeNumber(1, 65_535).optional(), {
      env: "COCOV_DATABASE_PORT",
      summary: "its port; 5432 unless given",
    }),
    databaseName: setting(text.optional(), {
      env: "COCOV_DATABASE_NAME",
      summary: "the database; called like the user unless given",
    }),
    databaseUsername: setting(text.optional(), {
      env: "COCOV_DATABASE_USERNAME",
      summary: "the user; the one this process runs as unless given",
    }),
    databasePassword: setting(z.string().min(1).optional(), {
      env: "COCOV_DATABASE_PASSWORD",
      summary: "the user's password",
      secret: true,
    }),
  }),
  needs: [log],
  check: (settings) => {
    const address = databaseAddress(settings);
    return "problem" in address ? [address.problem] : [];
  },
  async open({ settings, use, command }): Promise<OpenService<DatabaseServer>> {
    const address = databaseAddress(settings);
    const url = "url" in address ? address.url : undefined;
    openDataFolder(settings.dataDir, url, use.log);
    if (url !== undefined) return { api: { url, embedded: false } };
    const server = await startEmbeddedPostgres({
      dataDir: settings.dataDir,
      log: use.log,
      join: command,
    });
    return {
      api: { url: server.url, embedded: true },
      start() {
        if (settings.role !== "web") return;
        use.log.warn(
          "COCOV_ROLE=web without COCOV_DATABASE_URL: nobody else reaches the embedded database, so no job will ever run",
        );
      },
      stop: () => server.stop(),
    };
  },
  preview: (): DatabaseServer => ({ url: "postgres://nowhere.invalid/nothing", embedded: false }),
});

function openDataFolder(dataDir: string, databaseUrl: string | undefined, log: Logger): void {
  try {
    prepareDataFolder(dataDir, { passable: databaseUrl === undefined && process.getuid?.() === 0 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // With a database elsewhere little is kept there, or nothing; what needs it says so itself.
    if (databaseUrl !== undefined) log.warn({ dataDir, reason }, "the data folder can't be made");
    else throw new StartupError([`The data folder ${dataDir} can't be made: ${reason}. Set COCOV_DATA_DIR to one that can.`]);
  }
}
