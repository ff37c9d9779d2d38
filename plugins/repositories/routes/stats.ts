import { z } from "zod";
import { type Database, parameter, type Route, route } from "../../../core";
import { findBranch } from "../find";
import { named, type RepositoryGuards } from "../guards";
import { daysBetween, isoMoment } from "../histories/days";
import type { BranchHistory } from "../histories/history";

interface Parts {
  db: Database;
  guards: RepositoryGuards;
}

const moment = (name: "from" | "to") =>
  parameter
    .text({ missing: `repositories.missing_${name}_date`, invalid: `repositories.invalid_${name}_date`, trim: true })
    .refine((text) => isoMoment.safeParse(text).success)
    .meta({ example: name === "from" ? "2026-11-01" : "2026-11-25T10:00:00Z" });

/** @returns the route of a figure's development on default branches, for the plugin that keeps its history */
export function statsRoute({ db, guards }: Parts, history: BranchHistory): Route {
  const { access, scope } = guards.member;
  const value = z.object({ date: z.string().meta({ example: "2026-11-25" }), value: history.schema.nullable() });
  return route({
    method: "GET",
    path: `/v1/repositories/:repo_name/stats/${history.key}`,
    tag: "repositories",
    summary: `Show how ${history.key} developed`,
    description: `Of the default branch, day by day (UTC): the last ${"`to` - `from`"} days of the range, at most 100; one day when both are the same.`,
    access,
    params: z.object({ ...named, from: moment("from"), to: moment("to") }),
    scope: {
      ...scope,
      errors: [...(scope.errors ?? []), "repositories.stats_range_too_large"],
      // Before the repository is looked for.
      check: (context) => {
        daysBetween(context.params.from, context.params.to);
        return scope.check(context);
      },
    },
    answers: { 200: z.array(value) },
    handle: async ({ repository, params }) => {
      const days = daysBetween(params.from, params.to);
      const branch = await findBranch(db, repository.id, repository.defaultBranch);
      // Nobody's history: every day without a value.
      return await history.of(db, branch?.id ?? 0, days);
    },
  });
}
