import type { Database } from "../../../core";
import type { refusals } from "../tables";

/** How long a refusal counts, in seconds. */
export const windowSeconds = 60;
/** So many places at most are remembered; beyond, those go that were refused nothing for longest. */
const mostSources = 10_000;

/** Something that was refused: where, and what it was. */
export interface Refusal {
  readonly source: Buffer;
  readonly mark: number;
  /** How many different marks one place may have in the window. */
  readonly limit: number;
}

/** What one place was refused in the window: mark -> its age in milliseconds. */
export type Refused = ReadonlyMap<number, number>;

interface Counted extends Pick<typeof refusals.$inferSelect, "marks"> {
  ages: number[];
  isNew: boolean;
}

/**
 * Counts a refusal, with one statement: unless the same counts already, or the limit is reached.
 * @returns what counts now, and whether the place had nothing before
 */
export async function countRefusal(
  db: Database,
  { source, mark, limit }: Refusal,
): Promise<{ refused: Refused; isNew: boolean }> {
  const [row] = await db.sql<Counted[]>`
    INSERT INTO refusals AS r (source, marks, times, latest)
    VALUES (${source}, ARRAY[${mark}::bigint], ARRAY[now()], now())
    ON CONFLICT (source) DO UPDATE SET (marks, times, latest) = (
      WITH kept AS (
        SELECT mark, time FROM unnest(r.marks, r.times) AS k(mark, time) WHERE time > now() - make_interval(secs => ${windowSeconds}))
      SELECT array_agg(mark), array_agg(time), max(time)
        FROM (SELECT mark, time FROM kept
               UNION ALL
              SELECT ${mark}::bigint, now()
               WHERE (SELECT count(*) < ${limit} AND count(*) FILTER (WHERE mark = ${mark}::bigint) = 0 FROM kept)) AS now_refused)
    RETURNING marks, ARRAY(SELECT (extract(epoch FROM now() - t) * 1000)::float8 FROM unnest(times) AS t) AS ages, xmax = 0 AS "isNew"`;
  const { marks = [], ages = [], isNew = false } = row ?? {};
  return { refused: new Map(marks.map((one, index) => [one, ages[index] ?? 0])), isNew };
}

/** Removes what doesn't count any more, and what is too much. What others are just writing is left to them. */
export async function forgetRefusals({ sql }: Pick<Database, "sql">): Promise<void> {
  await sql`
    DELETE FROM refusals WHERE source IN (
      SELECT source FROM refusals
       WHERE latest < greatest(now() - make_interval(secs => ${windowSeconds}),
                               (SELECT latest FROM refusals ORDER BY latest DESC OFFSET ${mostSources - 1} LIMIT 1))
         FOR UPDATE SKIP LOCKED)`;
}
