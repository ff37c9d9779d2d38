import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { runCommand } from "../cli/run-command";
import { loadInstallation } from "../core/app/installation";
import { defineCommand } from "../core/commands/command";
import { readConnectionUrl } from "../core/services/database/connection-options";
import { openDatabase } from "../core/services/database/database";
import { migrate } from "../core/services/database/migrations/migrate";
import { migrationSources } from "../core/services/database/migrations/migration-sources";
import { startEmbeddedPostgres } from "../core/services/embedded-postgres/embedded-postgres";
import { createLogger } from "../core/services/log/logger";
import { table } from "../core/services/log/table";
import { type Comparison, comparePath } from "./compare";
import { measureCoverage } from "./coverage/coverage";
import { coverageReport } from "./coverage/report";
import { type Growth, measureGrowth } from "./growth";
import { issuesReport } from "./issues/figure";
import { measureIssues } from "./issues/issues";
import { authenticate } from "./paths/authenticate";
import { listRepositories } from "./paths/list-repositories";
import { pushWebhook } from "./paths/push-webhook";
import { registerIssues } from "./paths/register-issues";
import { startServer } from "./servers";
import { measureStorage, type StorageFigure } from "./storage/storage";
import { fillWorld } from "./world";

const bench = defineCommand({
  name: "bench",
  summary: "The benchmark",
  description: `Measures the platform next to its limit: a bare Bun.serve handler with the best SQL written by hand, on the same rows, answering the
same bytes. Both run in processes of their own, in turns, and what counts is the ratio of their requests a second.
The platform answers HTTP only here (COCOV_ROLE=web): jobs that webhooks cause stay in the ledger.`,
  options: {
    quick: { type: "boolean", summary: "short bursts, to see that it works" },
    growth: { type: "boolean", summary: "instead: how much slower the platform is with a thousand times as much" },
    issues: { type: "boolean", summary: "instead: what issues cost, next to bare statements and to few of them" },
    storage: { type: "boolean", summary: "instead: what fetching and packing commits costs, next to plain git" },
    coverage: { type: "boolean", summary: "instead: what reports of coverage cost, in time and memory" },
  },
  async run({ options }) {
    if (options.coverage) {
      const measured = await measureCoverage(options.quick);
      return { text: coverageReport(measured), json: { cpus: cpus().length, bun: Bun.version, ...measured } };
    }
    if (options.storage) {
      const figures = await measureStorage(options.quick ? { files: 300, rounds: 1 } : { files: 20_000, rounds: 5 });
      return { text: storageReport(figures), json: { cpus: cpus().length, bun: Bun.version, figures } };
    }
    if (options.issues) {
      const figures = await measureIssues(options.quick ? { many: 10_000, rounds: 1 } : { many: 1_000_000, rounds: 9 });
      return { text: issuesReport(figures), json: { cpus: cpus().length, bun: Bun.version, figures } };
    }
    const folder = await mkdtemp(join(tmpdir(), "cocov-bench-"));
    const log = createLogger("error", process.stderr);
    const database = await startEmbeddedPostgres({ dataDir: folder, log });
    const comparisons: Comparison[] = [];
    try {
      const db = openDatabase({ url: database.url, poolSize: 2, log });
      await migrate({ db, sources: migrationSources(await loadInstallation({ env: {}, config: {} })), log });
      await db.close();
      const { url, address } = readConnectionUrl(database.url);
      const sql = postgres(url, { ...address, max: 2, onnotice: () => undefined });
      await sql`CREATE TABLE bench_deliveries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, delivery_id text NOT NULL UNIQUE, event text NOT NULL, payload text NOT NULL, received_at timestamptz NOT NULL DEFAULT now())`;
      const world = await fillWorld(sql, "bench-secret");
      const platform = await startServer(["cli/cocov.ts", "start"], {
        COCOV_DATABASE_URL: database.url,
        COCOV_CRYPTOGRAPHIC_KEY: "0123456789abcdef0123456789abcdef",
        COCOV_DATA_DIR: folder,
        COCOV_ROLE: "web",
        COCOV_PORT: "0",
        COCOV_GITHUB_ORG_NAME: "acme",
        COCOV_GITHUB_WEBHOOK_SECRET_KEY: world.webhookSecret,
      });
      if (options.growth) {
        const growths = await measureGrowth(
          world,
          platform.url,
          options.quick ? { rounds: 1, seconds: 0.2 } : { rounds: 5, seconds: 2 },
        );
        await platform.stop();
        await sql.end();
        return { text: growthReport(growths), json: { cpus: cpus().length, bun: Bun.version, growths } };
      }
      const limit = await startServer(["bench/limit/server.ts"], {
        BENCH_DATABASE_URL: database.url,
        BENCH_WEBHOOK_SECRET: world.webhookSecret,
      });
      for (const path of [authenticate, listRepositories, pushWebhook, registerIssues]) {
        comparisons.push(
          await comparePath(
            path,
            world,
            { platform: platform.url, limit: limit.url },
            options.quick ? { rounds: 3, seconds: 0.2 } : { rounds: 7, seconds: 3 },
          ),
        );
      }
      await Promise.all([platform.stop(), limit.stop()]);
      await sql.end();
    } finally {
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    }
    return { text: report(comparisons), json: { cpus: cpus().length, bun: Bun.version, comparisons } };
  },
});

function report(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ name, platform, limit, ratio, wanted }) => [
    name,
    platform.perSecond.toFixed(1),
    limit.perSecond.toFixed(1),
    ratio.toFixed(2),
    wanted.toFixed(2),
    ratio >= wanted ? "yes" : "NO",
    `${platform.p99.toFixed(1)} / ${limit.p99.toFixed(1)}`,
  ]);
  return table(["path", "requests/s", "limit", "ratio", "wanted", "met", "p99 ms, platform / limit"], rows);
}

function growthReport(growths: readonly Growth[]): string {
  const rows = growths.map(({ name, few, many, ratio, wanted }) => [
    name,
    few.perSecond.toFixed(1),
    many.perSecond.toFixed(1),
    ratio.toFixed(2),
    wanted.toFixed(2),
    ratio >= wanted ? "yes" : "NO",
  ]);
  return table(["path", "requests/s, few rows", "many", "ratio", "wanted", "met"], rows);
}

function storageReport(figures: readonly StorageFigure[]): string {
  const rows = figures.map(({ name, platform, limit, ratio, wanted }) => [
    name,
    platform.toFixed(0),
    limit.toFixed(0),
    ratio.toFixed(2),
    wanted.toFixed(2),
    ratio <= wanted ? "yes" : "NO",
  ]);
  return table(["what", "ms", "limit, ms", "ratio", "at most", "met"], rows);
}

await runCommand("bun run bench", bench, process.argv.slice(2));
