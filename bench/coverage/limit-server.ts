import postgres from "postgres";
import { readConnectionUrl } from "../../core/services/database/connection-options";

/**
 * The limit of what the platform does with reports: bodies are taken and stored, in one statement each, and what is shown of a coverage is
 * its query's rows as JSON. Nobody is asked who they are.
 */
const { url, address } = readConnectionUrl(process.env.BENCH_DATABASE_URL ?? "");
const sql = postgres(url, { ...address, max: 4, onnotice: () => undefined });
await sql`CREATE TABLE IF NOT EXISTS bench_reports (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)`;
await sql`ALTER TABLE bench_reports ALTER COLUMN body SET STORAGE EXTERNAL`;

const list = (id: string) =>
  sql`SELECT id::int, file, percent_covered FROM coverage_files WHERE coverage_info_id = ${id} ORDER BY percent_covered, file`;
const least = (id: string) =>
  sql`SELECT id::int, file, percent_covered FROM coverage_files WHERE coverage_info_id = ${id} ORDER BY percent_covered, file LIMIT 10`;

const server = Bun.serve({
  port: 0,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  async fetch(request) {
    const [, what, id = ""] = new URL(request.url).pathname.split("/");
    if (what === "index") return Response.json({ files: await list(id) });
    if (what === "summary") return Response.json({ least_covered: await least(id) });
    await sql`INSERT INTO bench_reports (body) VALUES (${Buffer.from(await request.bytes())})`;
    return new Response(null, { status: 204 });
  },
});
console.log(`listening on http://127.0.0.1:${server.port}`);
process.on("SIGTERM", async () => {
  await server.stop();
  await sql.end();
  process.exit();
});
