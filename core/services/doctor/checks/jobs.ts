import type { Patient } from "../doctor";
import type { DoctorCheck } from "../doctor-check";

/** Seconds for which a due job may wait, or an attempt be silent beyond its lease, while processes run. */
const patience = 900;
/** Seconds after which a process that says nothing counts as gone. */
const silence = 120;

interface Ledger {
  readonly there: boolean;
}
interface Counted {
  readonly waiting: number;
  readonly dead: number;
  readonly overdue: number;
  readonly oldest: number;
  readonly silent: number;
  readonly processes: number;
}

/** Whether jobs are done: none dead, none stuck, none paused and forgotten. */
export const jobsCheck = ({ db }: Patient): DoctorCheck => ({
  name: "jobs",
  needsDatabase: true,
  async look() {
    const [ledger] = await db.sql<Ledger[]>`SELECT to_regclass('core_paused_jobs') IS NOT NULL AS there`;
    if (!ledger?.there) return { state: "ok", summary: "There is no ledger of jobs yet." };
    const [counted] = await db.sql<Counted[]>`
      SELECT count(*) FILTER (WHERE died_at IS NULL)::int AS waiting, count(*) FILTER (WHERE died_at IS NOT NULL)::int AS dead,
             count(*) FILTER (WHERE ${due(db)})::int AS overdue,
             coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE ${due(db)})), 0)::int AS oldest,
             count(*) FILTER (WHERE running_token IS NOT NULL AND lease_until < now() - make_interval(secs => ${patience}))::int AS silent,
             (SELECT count(*)::int FROM core_processes WHERE seen_at > now() - make_interval(secs => ${silence})) AS processes
        FROM core_jobs`;
    if (!counted) throw new Error("the ledger says nothing");
    const paused = await db.sql<{ name: string }[]>`SELECT name FROM core_paused_jobs ORDER BY name`;
    const { waiting, dead, overdue, oldest, silent, processes } = counted;
    if (processes > 0 && overdue + silent > 0) {
      return {
        state: "failing",
        summary: `${overdue} jobs have been due for up to ${Math.round(oldest / 60)} minutes, and ${silent} attempts don't end, though ${processes} processes run.`,
        remedy: "Look for what they wait for in the log and at the database; restart the processes of the role jobs.",
      };
    }
    const running =
      processes === 0 ? "no process does any now" : `${processes} process${processes === 1 ? " does" : "es do"} them`;
    const summary = `${waiting} jobs to do; ${running}.`;
    if (dead > 0) {
      const names = await db.sql<{ name: string; count: number }[]>`
        SELECT name, count(*)::int AS count FROM core_jobs WHERE died_at IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5`;
      const list = names.map(({ name, count }) => `${name} (${count})`).join(", ");
      return {
        state: "warning",
        summary: `${summary} ${dead} ran out of attempts: ${list}.`,
        remedy: "Look at their errors on the job dashboard; retry them there when the cause is gone.",
      };
    }
    if (paused.length > 0) {
      const names = paused.map(({ name }) => name).join(", ");
      return {
        state: "warning",
        summary: `${summary} Paused: ${names}.`,
        remedy: "Resume them on the job dashboard if that was forgotten.",
      };
    }
    return { state: "ok", summary };
  },
});

/** A job that waits for nothing it says, and hasn't begun: neither paused, nor behind one with the same exclusive key. */
const due = ({ sql }: Patient["db"]) => sql`
  died_at IS NULL AND running_token IS NULL AND run_at < now() - make_interval(secs => ${patience})
  AND name NOT IN (SELECT name FROM core_paused_jobs)
  AND (exclusive_key IS NULL OR NOT EXISTS (
    SELECT FROM core_jobs other WHERE other.exclusive_key = core_jobs.exclusive_key AND other.running_token IS NOT NULL))`;
