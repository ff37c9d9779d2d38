import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import postgres from "postgres";
import { readConnectionUrl } from "../../core/services/database/connection-options";

/**
 * The limit that the platform is measured against: bare Bun.serve, the best SQL written by hand, the same token lookup, the same
 * bytes and rows, and nothing else: no validation beyond what the SQL needs, no log, no documentation, no plugins.
 */
const { BENCH_DATABASE_URL = "", BENCH_WEBHOOK_SECRET = "" } = process.env;
const { url, address } = readConnectionUrl(BENCH_DATABASE_URL);
const sql = postgres(url, { ...address, max: 10, types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } } });

async function callerOf(request: Request): Promise<number | null> {
  const token = request.headers.get("authorization")?.slice("bearer ".length) ?? "";
  const hashed = createHash("sha256").update(token).digest("base64");
  const [row] = await sql`
    SELECT u.github_id FROM user_tokens t JOIN users u ON u.id = t.user_id WHERE t.hashed_token = ${hashed}
    UNION ALL SELECT 0 FROM service_tokens WHERE hashed_token = ${hashed} LIMIT 1`;
  return row ? row.github_id : null;
}

async function user(request: Request): Promise<Response> {
  const token = request.headers.get("authorization")?.slice("bearer ".length) ?? "";
  const hashed = createHash("sha256").update(token).digest("base64");
  const [row] = await sql`
    SELECT u.id, u.login, u.avatar_url, u.admin, t.kind, t.scopes, t.expires_at
      FROM user_tokens t JOIN users u ON u.id = t.user_id WHERE t.hashed_token = ${hashed}
    UNION ALL SELECT 0, '', NULL, false, '', scopes, NULL FROM service_tokens WHERE hashed_token = ${hashed} LIMIT 1`;
  if (!row) return new Response(null, { status: 401 });
  const { id, login, avatar_url, admin, kind, scopes, expires_at } = row;
  return Response.json({ id, login, avatar_url, admin, token: { kind, scopes, expires_at } });
}

async function list(request: Request): Promise<Response> {
  const caller = await callerOf(request);
  if (caller === null) return new Response(null, { status: 401 });
  const rows = await sql`
    SELECT v.id, v.name, v.description, v.token, v.default_branch, b.coverage, b.issues,
           (SELECT count(*)::int FROM repository_members WHERE github_member_id = ${caller}) AS total
      FROM (SELECT r.* FROM repositories r
              JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = ${caller}
             ORDER BY lower(r.name::text) COLLATE "C", (r.name::text) COLLATE "C", r.id LIMIT 25) v
      LEFT JOIN branches b ON b.repository_id = v.id AND b.name = v.default_branch
     ORDER BY lower(v.name::text) COLLATE "C", (v.name::text) COLLATE "C", v.id`;
  const total: number = rows[0]?.total ?? 0;
  const repositories = rows.map(({ id, name, description, token, default_branch, coverage, issues }) => ({
    id,
    name,
    description,
    token,
    default_branch,
    coverage,
    issues,
  }));
  const { host } = new URL(request.url);
  const paging = {
    page: 1,
    total_pages: Math.ceil(total / 25),
    next_page: `http://${host}/v1/repositories?page=2&per_page=25`,
  };
  return Response.json({ repositories, paging });
}

async function webhook(request: Request): Promise<Response> {
  const body = await request.text();
  const given = Buffer.from(request.headers.get("x-hub-signature-256") ?? "");
  const wanted = Buffer.from(`sha256=${createHmac("sha256", BENCH_WEBHOOK_SECRET).update(body).digest("hex")}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return new Response(null, { status: 403 });
  const delivery = request.headers.get("x-github-delivery") ?? "";
  await sql`INSERT INTO bench_deliveries (delivery_id, event, payload) VALUES (${delivery}, 'push', ${body}) ON CONFLICT DO NOTHING`;
  return new Response(null, { status: 200 });
}

interface Issue {
  uid: string;
  kind: string;
  file: string;
  line_start: number;
  line_end: number;
  message: string;
}

async function issues(request: Request): Promise<Response> {
  if ((await callerOf(request)) === null) return new Response(null, { status: 401 });
  const body: { sha: string; issues: Issue[] } = await request.json();
  const rows = body.issues;
  await sql`
    INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source)
    SELECT c.id, i.uid, i.kind, i.file, i.line_start, i.line_end, i.message, 'cocov/rubocop'
      FROM commits c, unnest(${rows.map(({ uid }) => uid)}::text[], ${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ file }) => file)}::text[],
             ${rows.map((row) => row.line_start)}::int[], ${rows.map((row) => row.line_end)}::int[], ${rows.map(({ message }) => message)}::text[])
             AS i (uid, kind, file, line_start, line_end, message)
     WHERE c.repository_id = ${Number(new URL(request.url).pathname.split("/")[3])} AND c.sha = ${body.sha}
    ON CONFLICT DO NOTHING`;
  return new Response(null, { status: 204 });
}

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    if (request.method === "GET") return request.url.endsWith("/v1/user") ? user(request) : list(request);
    return request.method === "PUT" ? issues(request) : webhook(request);
  },
});
console.log(`listening on ${server.url.href}`);
