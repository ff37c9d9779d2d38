import type { Database, Events, Jobs, Transaction } from "../../core";
import { type Auth, acted, type Caller } from "../auth";
import type { GitHub } from "../github";
import { isRepositoryName } from "../storage";
import { errors } from "./errors";
import { repositoryAdded } from "./events";
import { findRepository } from "./find";
import { initializeRepository } from "./jobs/initialize";
import { updateRepositoryPermissions } from "./jobs/update-permissions";
import { asAppNow, isRefusal, type RepositoryDescription, repositoryByName, type SeenRepository } from "./on-github";
import { giveUpName } from "./repository-names";
import { newRepositoryToken } from "./repository-token";
import type { RepositoryRow } from "./rows";

interface Parts {
  db: Database;
  events: Events;
  jobs: Jobs;
  auth: Auth;
  github: GitHub;
}

/**
 * Registers a repository of the organization. Whoever adds it becomes a member at the level GitHub grants them.
 * @returns a function that throws `repositories.not_on_github`, `repositories.already_exists` or `github.unavailable`
 */
export function createAddRepository({ db, events, jobs, auth, github }: Parts) {
  return async function addRepository(caller: Caller, name: string): Promise<RepositoryRow> {
    if (!isRepositoryName(name)) throw errors.fail("repositories.not_on_github");
    const seen = await seenBy(caller, name);
    return await db.transaction(async (tx) => {
      await giveUpName({ tx, jobs }, seen.name, seen.githubId);
      const id = await insert(tx, seen);
      if (caller.kind === "user") {
        await tx.sql`
          INSERT INTO repository_members (repository_id, github_member_id, level) VALUES (${id}, ${caller.githubId}, ${seen.level})`;
      }
      await jobs.enqueue(tx, updateRepositoryPermissions, { repositoryId: id });
      await jobs.enqueue(tx, initializeRepository, { repositoryId: id });
      await events.emit(tx, repositoryAdded, { repositoryId: id });
      const row = await findRepository(tx, id);
      if (!row) throw new Error("a repository that was just added isn't there");
      const subject = { type: "repository", id, name: row.name };
      await events.emit(tx, acted, { action: "repository.added", subject, repository: row.name });
      return row;
    });
  };

  /** What the caller sees on GitHub, and the App as well: it has to fetch from there. */
  async function seenBy(caller: Caller, name: string): Promise<SeenRepository> {
    const [byCaller, byApp] = await Promise.all([
      caller.kind === "service" ? null : seenByUser(caller.id, name),
      asAppNow(() => repositoryByName(github, github.installationNow(), name)),
    ]);
    if (!byApp || (caller.kind === "user" && byCaller?.githubId !== byApp.githubId))
      throw errors.fail("repositories.not_on_github");
    return { ...byApp, level: byCaller?.level ?? "user" };
  }

  async function seenByUser(userId: number, name: string): Promise<SeenRepository | null> {
    const token = await auth.users.gitHubToken(db, userId);
    if (token === null)
      throw errors.fail("repositories.not_on_github", "GitHub can't be asked on your behalf any more; sign in again");
    try {
      return await repositoryByName(github, github.asUser(token), name);
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }
}

/** Nobody else takes a name meanwhile: {@link giveUpName} sees to that. */
async function insert(tx: Transaction, { name, description, defaultBranch, githubId }: RepositoryDescription): Promise<number> {
  const [row] = await tx.sql<Pick<RepositoryRow, "id">[]>`
    INSERT INTO repositories (name, description, default_branch, github_id, token)
    VALUES (${name}, ${description}, ${defaultBranch}, ${githubId}, ${newRepositoryToken()})
    ON CONFLICT (github_id) DO NOTHING RETURNING id`;
  if (!row) throw errors.fail("repositories.already_exists");
  return row.id;
}
