import { statementsDuring } from "../../testing/statements";
import { figure, type IssueFigure, timed } from "./figure";
import type { BenchPlatform } from "./platform";

const count = 10_000;
const kinds = ["style", "performance", "security", "bug", "complexity", "duplication", "convention", "quality"];

const issues = Array.from({ length: count }, (_, n) => ({
  uid: new Bun.CryptoHasher("sha1").update(String(n)).digest("hex"),
  kind: kinds[n % kinds.length] ?? "bug",
  file: `src/module-${n % 500}/file-${n % 7}.ts`,
  line_start: n % 900,
  line_end: (n % 900) + 2,
  message: `Something is off here, and this is what should be done about it (${n})`,
}));

/**
 * Registering 10,000 issues in one request, next to parsing the same body and a bare insert into a table with the same columns, checks,
 * indexes and foreign key; and starting over the checks of a commit that has them, next to a bare deletion there.
 */
export async function measureRegistration(platform: BenchPlatform, rounds: number): Promise<IssueFigure[]> {
  const { server, worker, admin, repositoryId } = platform;
  const { sql } = server.app.db;
  await sql`CREATE TABLE bench_issues (LIKE issues INCLUDING ALL, FOREIGN KEY (commit_id) REFERENCES commits (id))`;
  await server.app.jobs.pause("checks.run");
  const times = { put: [] as number[], insert: [] as number[], again: [] as number[], deletion: [] as number[] };
  let statements = 0;
  for (let round = -1; round < rounds; round++) {
    const sha = crypto.randomUUID().replaceAll("-", "").padEnd(40, "0");
    const [{ id } = { id: 0 }] = await sql<{ id: number }[]>`
      INSERT INTO commits (repository_id, sha, author_name, author_email, message, clone_status)
      VALUES (${repositoryId}, ${sha}, 'Ada', 'ada@example.org', 'bench', 'completed') RETURNING id`;
    await sql`INSERT INTO check_sets (commit_id, status, job_id) VALUES (${id}, 'completed', ${crypto.randomUUID()})`;
    const body = JSON.stringify({ sha, source: "cocov/rubocop:v0.1", issues });

    const put = await timed(() => answered(204, send("PUT", `/v1/repositories/${repositoryId}/issues`, worker, body)));
    const insert = await timed(() => bareInsert(id, body));
    const rerun = () => answered(204, send("POST", `/v1/repositories/api/commits/${sha}/checks/re_run`, admin));
    let again = 0;
    const sent = (
      await statementsDuring(server, async () => {
        again = await timed(rerun);
      })
    ).map(({ text }) => text.trim());
    statements = sent.indexOf("commit") - sent.indexOf("begin") + 1;
    const deletion = await timed(() => sql`DELETE FROM bench_issues WHERE commit_id = ${id}`);
    // The first one warms up.
    if (round < 0) continue;
    times.put.push(put);
    times.insert.push(insert);
    times.again.push(again);
    times.deletion.push(deletion);
  }
  await sql`DROP TABLE bench_issues`;
  return [
    figure("10,000 issues in one PUT, next to parsing and a bare INSERT of them", times.put, times.insert, 1.5),
    figure(
      `checks of a commit with 10,000 issues started again (${statements} statements), next to a bare DELETE of them`,
      times.again,
      times.deletion,
      null,
    ),
  ];

  async function bareInsert(commitId: number, text: string): Promise<void> {
    const parsed: { issues: typeof issues } = JSON.parse(text);
    const rows = parsed.issues;
    await sql`
      INSERT INTO bench_issues (commit_id, check_source, uid, kind, file, line_start, line_end, message)
      SELECT ${commitId}::bigint, 'cocov/rubocop', a.* FROM unnest(
        ${rows.map(({ uid }) => uid)}::text[], ${rows.map(({ kind }) => kind)}::text[], ${rows.map(({ file }) => file)}::text[],
        ${rows.map((row) => row.line_start)}::integer[], ${rows.map((row) => row.line_end)}::integer[],
        ${rows.map(({ message }) => message)}::text[]) AS a`;
  }

  function send(method: string, path: string, token: string, body?: string): Promise<Response> {
    return server.request(method, path, { token, ...(body === undefined ? {} : { body }) });
  }
}

/** @throws for any other answer: a fast error is no speed */
export async function answered(status: number, answering: Promise<Response>): Promise<void> {
  const answer = await answering;
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`answered ${answer.status} instead of ${status}: ${text.slice(0, 200)}`);
}
