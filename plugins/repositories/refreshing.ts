import { and, eq, sql } from "drizzle-orm";
import {
  type Database,
  type Given,
  type Jobs,
  type Logger,
  preparedRead,
  type Queryable,
  type RowOf,
  rowColumns,
  type Transaction,
} from "../../core";
import type { GitHub } from "../github";
import { isRepositoryName } from "../storage";
import { destroyRepository } from "./jobs/destroy";
import { initializeRepository } from "./jobs/initialize";
import { moveArchives } from "./jobs/rename";
import { type Standing, standingOf } from "./on-github";
import { dropName, holderOf, lockNames } from "./repository-names";
import { repositories } from "./tables";
import { isElsewhere, leaveBehind, noteReach } from "./transfer";

interface Parts {
  db: Database;
  jobs: Jobs;
  github: GitHub;
}

/** A repository as it was known when GitHub was asked about it. */
type Known = RowOf<typeof knownColumns>;
const knownColumns = rowColumns(repositories, [
  "id",
  "githubId",
  "name",
  "defaultBranch",
  "transferredTo",
  "nameSequence",
  "detailsSequence",
]);

/** What GitHub said of a repository. */
export interface Answer {
  readonly known: Known;
  readonly standing: Standing;
}

/** Repositories that may have passed a name on to one another, in a row or a ring, and are read together. */
const longestChain = 10;

/**
 * Takes a repository's name, description and default branch from GitHub. When another one holds the name here, that one is read as well,
 * and so on: each once, and no further reading follows, so that two that GitHub calls alike for a moment don't take the name from each
 * other for ever. What a delivery said while GitHub was asked stands.
 */
export interface Refreshing {
  /**
   * @param octokit the installation's
   * @returns what GitHub said of it, then of those that hold its name; nothing when it is gone here, or not the organization's any more
   * @throws what `github.reach` throws
   */
  ask(repositoryId: number, octokit: ReturnType<GitHub["installation"]>): Promise<Answer[]>;
  /** @param answers what `ask` returned */
  apply(tx: Transaction, answers: readonly Answer[], log: Logger): Promise<void>;
}

export function createRefreshing({ db, jobs, github }: Parts): Refreshing {
  return {
    ask,
    async apply(tx, answers, log) {
      await lockNames(tx);
      // The last one first: the name it leaves is what the one before wants.
      for (const answer of answers.toReversed()) await applyOne(tx, answer, answers, log);
    },
  };

  async function ask(repositoryId: number, octokit: ReturnType<GitHub["installation"]>): Promise<Answer[]> {
    const answers: Answer[] = [];
    let next: number | undefined = repositoryId;
    while (next !== undefined && answers.length < longestChain) {
      const known = await findKnown(db, next);
      if (!known || isElsewhere(github, known)) break;
      const standing = await standingOf(github, known.githubId, octokit);
      answers.push({ known, standing });
      next = standing.kind === "ours" ? await findHolder(db, standing.repository.name, answers) : undefined;
    }
    return answers;
  }

  async function applyOne(
    tx: Transaction,
    { known, standing }: Answer,
    answers: readonly Answer[],
    log: Logger,
  ): Promise<void> {
    const repositoryId = known.id;
    const now = await findKnown(tx, repositoryId);
    if (!now || isElsewhere(github, now)) return;
    if (standing.kind === "elsewhere") return await leaveBehind(tx, { repositoryId, owner: standing.owner, sequence: null });
    if (standing.kind === "hidden") return await losesName(tx, now, known === answers[0]?.known);
    await noteReach(tx, repositoryId, true);
    const { name, description, defaultBranch } = standing.repository;
    if (now.nameSequence === known.nameSequence && now.name !== name) {
      if (await freeName(tx, name, known.githubId, answers)) {
        await tx.sql`UPDATE repositories SET name = ${name}, updated_at = now() WHERE id = ${repositoryId}`;
        await jobs.enqueue(tx, moveArchives, { repositoryId, from: now.name });
      } else log.warn({ repositoryId, name }, "another repository has on GitHub the name that this one is said to have there");
    }
    if (now.detailsSequence !== known.detailsSequence) return;
    await tx.sql`
      UPDATE repositories SET description = ${description}, default_branch = ${defaultBranch}, updated_at = now() WHERE id = ${repositoryId}`;
    if (now.defaultBranch !== defaultBranch) await jobs.enqueue(tx, initializeRepository, { repositoryId });
  }

  /** One that GitHub hides is gone when another one has its name there; otherwise the App may merely not see it. */
  async function losesName(tx: Transaction, now: Known, isFirst: boolean): Promise<void> {
    if (isFirst && isRepositoryName(now.name)) return void (await noteReach(tx, now.id, false));
    if (isRepositoryName(now.name)) await dropName(tx, now);
    await jobs.enqueue(tx, destroyRepository, { repositoryId: now.id });
  }

  /** @returns whether nobody holds the name now, nor ought to */
  async function freeName(tx: Transaction, name: string, githubId: number, answers: readonly Answer[]): Promise<boolean> {
    const holder = await holderOf(tx, name, githubId);
    if (!holder) return true;
    const standing = answers.find(({ known }) => known.id === holder.id)?.standing;
    const isCalledOtherwise = standing?.kind === "ours" && standing.repository.name.toLowerCase() !== name.toLowerCase();
    if (!isCalledOtherwise && !isElsewhere(github, holder)) return false;
    await dropName(tx, holder);
    return true;
  }
}

async function findKnown(q: Queryable, id: number): Promise<Known | undefined> {
  const [known] = await q.sql<Known[]>`
    SELECT ${knownColumns(q)} FROM repositories WHERE id = ${id} FOR NO KEY UPDATE`;
  return known;
}

/** @returns who holds a name here and hasn't been asked about yet */
async function findHolder(q: Queryable, name: string, answers: readonly Answer[]): Promise<number | undefined> {
  const asked = answers.map(({ known }) => known.id);
  const [holder] = await otherHolders(q, { name, asked });
  return holder?.id;
}

const otherHolders = preparedRead((orm, { name, asked }: Given<{ name: string; asked: readonly number[] }>) =>
  orm
    .select({ id: repositories.id })
    .from(repositories)
    .where(and(eq(repositories.name, name), sql`${repositories.id} <> ALL(${asked})`)),
);
