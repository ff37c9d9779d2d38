import type { Platform } from "./platform";
import { until } from "./until";

/**
 * Waits until every commit's run has ended and no job is left.
 * @param describe more to say when that doesn't happen
 * @param seconds how long to wait
 */
export async function settled(platform: Platform, describe: () => string = () => "", seconds?: number): Promise<void> {
  const left = async () => [...(await openRuns(platform)), ...(await openJobs(platform))];
  await until(
    async () => {
      await letTimePass(platform);
      return (await left()).length === 0;
    },
    async () => JSON.stringify([await left(), describe()]),
    seconds,
  );
}

async function openRuns({ db }: Platform): Promise<object[]> {
  const rows = await db.sql`
    SELECT c.sha, c.clone_status, s.status FROM commits c LEFT JOIN check_sets s ON s.commit_id = c.id
     WHERE coalesce(s.status, 'waiting') IN ('waiting', 'queued', 'in_progress')`;
  return rows.map((row) => ({ ...row }));
}

async function openJobs({ db }: Platform): Promise<object[]> {
  const rows = await db.sql`
    SELECT name, attempts, last_error FROM core_jobs WHERE died_at IS NULL AND (run_at <= now() OR attempts > 0 OR name = 'github.post_status')`;
  return rows.map((row) => ({ ...row }));
}

/** What somebody held who is gone comes free after up to a minute, and what failed is tried again. Nobody waits for that here. */
export async function letTimePass({ db: { sql } }: Platform): Promise<void> {
  await sql`UPDATE github_statuses SET sender_until = now() WHERE sender_until < now() + interval '55 seconds'`;
  await sql`
    UPDATE worker_jobs SET leased_until = now()
     WHERE leased_until < now() + interval '26 seconds' AND updated_at < now() - interval '4 seconds'`;
  await sql`UPDATE core_jobs SET run_at = now() WHERE run_at > now() AND (attempts > 0 OR name = 'github.post_status') AND died_at IS NULL`;
}
