import { json } from "../../../testing/factories";
import type { CommitStatus } from "../../../testing/github";
import { type Platform, uiBaseUrl } from "./platform";
import { findings } from "./worker";

/** A commit that was pushed, and the branches whose head it stayed. */
export interface Pushed {
  readonly sha: string;
  readonly branches: readonly string[];
  /** Name of its repository; `api` unless given. */
  readonly repository?: string;
}

/** What is missing and what is there too often, in words; nothing when every commit went its way exactly once. */
export interface Balance {
  readonly lost: string[];
  readonly doubled: string[];
}

interface ShownChecks {
  readonly status: string;
  readonly checks: readonly { readonly plugin_name: string; readonly status: string }[];
  readonly issues: Record<string, number>;
  readonly commit: { readonly issues_count: number | null };
}

const plugins = ["cocov/audit", "cocov/lint"];

/** Looks at what became of commits whose checks were all worked on by {@link findings}' workers. */
export async function balance(
  { github, server, db, admin }: Platform,
  commits: readonly Pushed[],
  url = server.url,
): Promise<Balance> {
  const lost: string[] = [];
  const doubled: string[] = [];
  const get = async <T>(path: string): Promise<T> =>
    json<T>(await fetch(`${url}${path}`, { headers: { authorization: `bearer ${admin}` } }), 200);
  for (const { sha, branches, repository = "api" } of commits) {
    const expected = Object.fromEntries(
      plugins.map((plugin) => [plugin, findings(sha, plugin).length]).filter(([, count]) => count !== 0),
    );
    const total = plugins.reduce((sum, plugin) => sum + findings(sha, plugin).length, 0);
    const shown = await get<ShownChecks>(`/v1/repositories/${repository}/commits/${sha}/checks`);
    const found = [
      shown.status,
      shown.checks.map(({ plugin_name, status }) => `${plugin_name} ${status}`),
      shown.issues,
      shown.commit.issues_count,
    ];
    const wanted = ["completed", plugins.map((plugin) => `${plugin} completed`), expected, total];
    if (!Bun.deepEquals(found, wanted)) lost.push(`${sha}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
    const newest = github.statuses({ sha, context: "cocov" }).at(-1);
    if (!isFinal(newest, total, repository))
      lost.push(`${sha}: the newest status is ${newest?.state} (${newest?.description}) instead of ${total} issues`);
    for (const branch of branches) {
      const { issues, head } = await get<{ issues: number | null; head?: { sha: string } }>(
        `/v1/repositories/${repository}/branches/${branch}`,
      );
      if (head?.sha !== sha || issues !== total)
        lost.push(`${branch}: ${issues} issues at ${head?.sha} instead of ${total} at ${sha}`);
      const entries = await historyOf(db, repository, branch);
      if (!entries.includes(total)) lost.push(`${branch}: the history is ${entries} and lacks ${total}`);
      if (entries.length > 1) doubled.push(`${branch}: the history is ${entries}`);
    }
  }
  return { lost, doubled };
}

/** The graphs that show it aren't there yet, so the table is asked. */
async function historyOf({ sql }: Platform["db"], repository: string, branch: string): Promise<number[]> {
  const rows = await sql<{ quantity: number }[]>`
    SELECT h.quantity FROM issue_histories h JOIN branches b ON b.id = h.branch_id JOIN repositories r ON r.id = b.repository_id
     WHERE r.name = ${repository} AND b.name = ${branch} ORDER BY h.id`;
  return rows.map(({ quantity }) => quantity);
}

function isFinal(status: CommitStatus | undefined, issues: number, repository: string): boolean {
  const page = issues === 0 ? "checks" : "issues";
  return (
    status?.target_url === `${uiBaseUrl}/repos/${repository}/commits/${status?.sha}/${page}` &&
    status.state === (issues === 0 ? "success" : "failure") &&
    (issues === 0 || status.description?.startsWith(`${issues} issue`) === true)
  );
}
