import { z } from "zod";
import { definePlugin } from "../../../../core";
import repositories, { commitProgress, type ProgressKey } from "../../../../plugins/repositories";

/** Keeps a status that every commit has and one of its own, in the table `reviewed`. */
export default definePlugin({
  name: "reviewing",
  summary: "Keeps statuses of commits, for tests",
  requires: [repositories],
  setup() {
    const keeps = (key: ProgressKey, unknown: string) =>
      commitProgress.with({
        key,
        schema: z.enum([unknown, "completed", "errored"]).meta({ description: `Kept as ${key}`, example: "completed" }),
        unknown,
        async of({ sql }, commitIds) {
          const rows = await sql<{ id: number; status: string }[]>`
            SELECT commit_id AS id, status FROM reviewed WHERE key = ${key} AND commit_id = ANY(${[...commitIds]}::bigint[])`;
          return new Map(rows.map(({ id, status }) => [id, status]));
        },
      });
    return { contribute: [keeps("review_status", "unread"), keeps("coverage_status", "unread")] };
  },
});
