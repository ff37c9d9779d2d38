import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../core/services/embedded-postgres/embedded-postgres";
import { createLogger } from "../core/services/log/logger";
import { endWithUs } from "./end-with-us";

/** Nothing of these tests has to outlive a crash of the machine. */
const settings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
  max_connections: "300",
};

type TestServer = EmbeddedPostgres & { remove(): Promise<void> };

let running: Promise<TestServer> | undefined;

/** @returns the server of this test run, started on first use */
export function testServer(): Promise<EmbeddedPostgres> {
  running ??= start();
  return running;
}

/** Stops the server, if any test used it, and removes its files. */
export async function stopTestServer(): Promise<void> {
  const server = running;
  running = undefined;
  await (await server)?.remove();
}

async function start(): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "cocov-test-"));
  await chmod(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir, log: createLogger("warn"), settings });
  const watchdog = endWithUs(join(dataDir, "postgres", "cluster", "postmaster.pid"), dataDir);
  return {
    ...server,
    remove: async () => {
      await server.stop();
      watchdog.kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
