import type { Logger } from "pino";
import type { Database } from "../database/types";
import { actOf, during } from "../observation/act";
import { failureMessage } from "./failure-message";
import type { HandledJob } from "./job";

/**
 * Tells owners of jobs that these are dead, whatever they died of, each in a transaction of its own that also notes that it has
 * been told: so once, with its effects. An owner that fails is told again, first after `retellSeconds` and in the end hourly, until
 * the job is forgotten. Of two processes that tell at once, each tells of other jobs.
 */
export async function tellDeaths(
  db: Database,
  handled: readonly HandledJob[],
  retellSeconds: number,
  log: Logger,
): Promise<void> {
  const owners = new Map(handled.flatMap(({ definition, onDead }) => (onDead ? [[definition.name, onDead]] : [])));
  const others = handled.map(({ definition }) => definition.name).filter((name) => !owners.has(name));
  await db.sql`update core_jobs set tell_death_at = null where tell_death_at is not null and name = any(${others})`;
  for (;;) {
    const dead = await db.sql<{ id: number; name: string }[]>`
      select id, name from core_jobs
      where tell_death_at is not null and tell_death_at <= now() and name = any(${[...owners.keys()]}) order by id limit ${batch}`;
    for (const { id, name } of dead) {
      const onDead = owners.get(name);
      if (!onDead) continue;
      try {
        await tell(db, id, onDead);
      } catch (error) {
        log.error({ job: name, jobId: String(id), error: failureMessage(error) }, "the owner of a dead job could not be told");
        await db.sql`
          update core_jobs
          set tell_death_at = now() + greatest(make_interval(secs => ${retellSeconds}), least(now() - died_at, interval '1 hour'))
          where id = ${id} and tell_death_at is not null`;
      }
    }
    if (dead.length < batch) return;
  }
}

const batch = 100;

async function tell(db: Database, id: number, onDead: NonNullable<HandledJob["onDead"]>): Promise<void> {
  await db.transaction(async (tx) => {
    const [death] = await tx.sql<{ payload: unknown; act: unknown; attempts: number; error: string }[]>`
      select payload, act, attempts, coalesce(last_error, '') as error from core_jobs
      where id = ${id} and tell_death_at <= now() for update skip locked`;
    if (!death) return;
    await tx.sql`update core_jobs set tell_death_at = null where id = ${id}`;
    await during(actOf(death.act), () =>
      onDead(tx, death.payload, { id: String(id), attempts: death.attempts, error: death.error }),
    );
  });
}

/** Forgets jobs that have been dead for `days`, and says in the log how many of which. */
export async function forgetDead(db: Database, days: number, log: Logger): Promise<void> {
  const forgotten = new Map<string, number>();
  for (;;) {
    const rows = await db.sql<{ name: string }[]>`
      with old as (
        select id from core_jobs where died_at < now() - make_interval(days => ${days})
        order by died_at limit 1000 for update skip locked
      )
      delete from core_jobs as job using old where job.id = old.id returning job.name`;
    for (const { name } of rows) forgotten.set(name, (forgotten.get(name) ?? 0) + 1);
    if (rows.length === 0) break;
  }
  if (forgotten.size > 0) log.info({ jobs: Object.fromEntries(forgotten), days }, "jobs dead for so many days are forgotten");
}
