import type { Queryable } from "../database/types";

/** Says that the holder of handed-over jobs is alive. */
export async function beat(db: Queryable, holder: string): Promise<void> {
  await db.sql`
    insert into core_processes (id) values (${holder}) on conflict (id) do update set seen_at = now()`;
}

/** Takes back what was handed to holders that haven't been seen for `staleSeconds`, and forgets those. @returns the number of rows */
export async function releaseAbandoned(db: Queryable, staleSeconds: number): Promise<number> {
  const rows = await db.sql`
    with live as (select id from core_processes where seen_at > now() - make_interval(secs => ${staleSeconds})),
      forgotten as (delete from core_processes where id not in (select id from live)),
      abandoned as (
        select id from core_jobs
        where handed_to is not null and running_token is null and handed_to not in (select id from live)
        for update skip locked
      )
    update core_jobs as job set handed_to = null from abandoned where job.id = abandoned.id
    returning 1`;
  return rows.length;
}

/** Forgets a holder that ends in good order. */
export async function leave(db: Queryable, holder: string): Promise<void> {
  await db.sql`delete from core_processes where id = ${holder}`;
}
