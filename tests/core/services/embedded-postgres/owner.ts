import { startEmbeddedPostgres } from "../../../../core/services/embedded-postgres/embedded-postgres";
import { createLogger } from "../../../../core/services/log/logger";

// A process that owns an embedded server, for tests that end it: prints the server's URL, or why there is none, and stays.
const [dataDir = ""] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres({ dataDir, log: createLogger("silent"), settings: { fsync: "off" } });
  console.log(server.url);
  process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
  setInterval(() => undefined, 1000);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
