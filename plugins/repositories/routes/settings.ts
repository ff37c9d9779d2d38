import { z } from "zod";
import { type Database, type Events, type Jobs, type Route, route } from "../../../core";
import { type Auth, acted } from "../../auth";
import type { GitHub } from "../../github";
import type { RequestDeletion } from "../deletion";
import { errors } from "../errors";
import { findRepository } from "../find";
import { named, type RepositoryGuards } from "../guards";
import { updateRepositoryPermissions } from "../jobs/update-permissions";
import { atLeast } from "../level";
import { asAppNow } from "../on-github";
import { presentRepository } from "../present";
import type { Refreshing } from "../refreshing";
import { newRepositoryToken } from "../repository-token";
import { repositoryJson } from "../schemas";
import { type SettingsFigure, settingsFigures } from "../settings-figures";

interface Parts {
  db: Database;
  events: Events;
  jobs: Jobs;
  auth: Auth;
  github: GitHub;
  guards: RepositoryGuards;
  refreshing: Refreshing;
  requestDeletion: RequestDeletion;
  figures: () => readonly SettingsFigure[];
}

const settingsJson = z.object({
  repository: repositoryJson,
  secrets_count: z.int().meta({ description: "Of the repository's own secrets", example: 2 }),
  permissions: z
    .object({ can_regen_token: z.boolean(), can_sync_github: z.boolean(), can_delete: z.boolean() })
    .meta({ description: "What the caller may do here" }),
});

/** A repository's settings. */
export function settingsRoutes({
  db,
  events,
  jobs,
  auth,
  github,
  guards,
  refreshing,
  requestDeletion,
  figures,
}: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/repositories/:repo_name/settings",
      summary: "Show a repository's settings",
      ...guards.member,
      params: z.object(named),
      answers: { 200: settingsJson.loose() },
      handle: async ({ repository, level }) => ({
        repository: presentRepository(repository),
        ...(await settingsFigures(db, repository.id, figures())),
        permissions: {
          can_regen_token: atLeast(level, "maintainer"),
          can_sync_github: atLeast(level, "maintainer"),
          can_delete: atLeast(level, "admin"),
        },
      }),
    }),
    route({
      method: "POST",
      path: "/v1/repositories/:repo_name/settings/regen-token",
      summary: "Make a new repository token",
      description: "What coverage uploads authenticate with. The former one is refused from then on.",
      ...guards.atLevel("maintainer"),
      access: auth.anyButPersonal.reading(guards.byName),
      params: z.object(named),
      answers: { 200: z.object({ new_token: z.string().meta({ example: `crt_${"0".repeat(42)}` }) }) },
      handle: async ({ repository }) => {
        const token = newRepositoryToken();
        await db.transaction(async (tx) => {
          await tx.sql`UPDATE repositories SET token = ${token}, updated_at = now() WHERE id = ${repository.id}`;
          const subject = { type: "repository", id: repository.id, name: repository.name };
          await events.emit(tx, acted, { action: "repository.token_regenerated", subject, repository: repository.name });
        });
        return { new_token: token };
      },
    }),
    route({
      method: "POST",
      path: "/v1/repositories/:repo_name/settings/sync-github",
      summary: "Take a repository's details from GitHub",
      description:
        "Its name, description and default branch, at once; its members follow in the background. 200 tells of another name, under which it is found from then on.",
      ...guards.atLevel("maintainer"),
      params: z.object(named),
      answers: { 200: z.object({ new_name: z.string().meta({ example: "api2" }) }), 204: null },
      errors: ["repositories.not_on_github", "github.unavailable", "github.not_configured"],
      handle: async ({ repository: { id, name }, log }) => {
        const answers = await asAppNow(() => refreshing.ask(id, github.installationNow()));
        const isOurs = answers[0]?.standing.kind === "ours";
        const now = await db.transaction(async (tx) => {
          await refreshing.apply(tx, answers, log);
          if (isOurs) await jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId: id });
          return await findRepository(tx, id);
        });
        if (!isOurs) throw errors.fail("repositories.not_on_github");
        return now && now.name !== name ? { new_name: now.name } : undefined;
      },
    }),
    route({
      method: "POST",
      path: "/v1/repositories/:repo_name/settings/delete",
      summary: "Delete a repository",
      description: "With everything that belongs to it, in the background. Nothing happens to it on GitHub.",
      ...guards.atLevel("admin"),
      params: z.object(named),
      answers: { 204: null },
      handle: async ({ repository }) => {
        await db.transaction((tx) => requestDeletion(tx, repository));
      },
    }),
  ];
}
