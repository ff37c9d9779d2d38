import type { Database, DoctorCheck, Finding, Jobs, Look, Queryable } from "../../core";
import { type CommitStorage, repositoryFolder, storageKey } from "../storage";
import { lockStorageSize, recountStorage } from "./commits-size";
import { moveArchives, removeFormerArchives } from "./jobs/rename";
import type { CommitRow, RepositoryRow } from "./rows";

interface Parts {
  db: Database;
  jobs: Jobs;
  storage: CommitStorage;
}

type Repository = Pick<RepositoryRow, "id" | "name">;
type Commit = Pick<CommitRow, "id" | "sha">;

/** Repositories that are looked at unless all are wanted: those that changed last. */
const fewRepositories = 200;
/** Commits of one statement. */
const batch = 5000;

/** How storage and rows differ. */
interface Differences {
  readonly repositories: number;
  readonly archives: number;
  readonly missing: readonly { readonly repository: Repository; readonly commits: readonly Commit[] }[];
  readonly left: readonly { readonly repository: Repository; readonly shas: readonly string[] }[];
  readonly folders: readonly string[];
}

/** Compares the archives in the storage with the commits that should have some, both ways. */
export function archivesCheck(parts: Parts): DoctorCheck {
  return {
    name: "archives",
    needsDatabase: true,
    async look(look) {
      const found = await compare(parts, look);
      const missing = found.missing.reduce((sum, { commits }) => sum + commits.length, 0);
      const left = found.left.reduce((sum, { shas }) => sum + shas.length, 0);
      const summary = `${found.archives} archives of ${found.repositories} repositories were compared with their commits.`;
      if (missing + left + found.folders.length === 0) return { state: "ok", summary };
      const differences = [
        ...(missing > 0
          ? [`${missing} commits are said to be stored and have no whole archive (${examples(found.missing)}).`]
          : []),
        ...(left > 0 ? [`${left} archives belong to no commit.`] : []),
        ...(found.folders.length > 0 ? [`${found.folders.length} folders belong to no repository.`] : []),
      ];
      if (isElsewhere(found, missing)) {
        return {
          state: "failing",
          summary: [summary, ...differences].join(" "),
          remedy:
            "Storage and database don't seem to belong together: is the storage there (mounted), and are both the right ones?",
        };
      }
      return {
        state: "warning",
        summary: [summary, ...differences].join(" "),
        remedy:
          "`bun run doctor --fix` has the heads of branches fetched again, notes of other commits that they are fetched when needed, and deletes what belongs to nobody.",
        fix: () => setRight(parts, found),
      } satisfies Finding;
    },
  };
}

/** Whether one of the two is probably another installation's, or not there at all: then nothing is set right. */
const isElsewhere = ({ repositories, archives, folders }: Differences, missing: number): boolean =>
  (repositories === 0 && folders.length > 0) || (archives === 0 && missing >= fewMissing);

/** So many may well be all that there were. */
const fewMissing = 20;

const examples = (missing: Differences["missing"]): string =>
  missing
    .flatMap(({ repository, commits }) => commits.map(({ sha }) => `${repository.name}/${sha.slice(0, 12)}`))
    .slice(0, 3)
    .join(", ");

async function compare(parts: Parts, { full, signal, show }: Look): Promise<Differences> {
  const { db, storage } = parts;
  const folders = new Set(await storage.folders());
  const repositories = await db.sql<Repository[]>`
    SELECT id, name::text FROM repositories ORDER BY updated_at DESC, id LIMIT ${full ? null : fewRepositories}`;
  const missing: { repository: Repository; commits: Commit[] }[] = [];
  const left: { repository: Repository; shas: string[] }[] = [];
  let archives = 0;
  for (const [place, repository] of repositories.entries()) {
    signal.throwIfAborted();
    show("archives", place, repositories.length);
    const { whole, any } = await storage.commits(repository.name);
    archives += whole.size;
    const without = await stillMissing(parts, repository, await notAmong(db, repository, whole));
    if (without.length > 0) missing.push({ repository, commits: without });
    const shas = await unknownCommits(db, repository, [...any]);
    if (shas.length > 0) left.push({ repository, shas });
  }
  return { repositories: repositories.length, archives, missing, left, folders: await nobodys(parts, [...folders]) };
}

/** @returns commits that should have an archive and have none of these */
async function notAmong({ sql }: Queryable, { id }: Repository, whole: ReadonlySet<string>): Promise<Commit[]> {
  const without: Commit[] = [];
  for (let after = 0; ; ) {
    const rows = await sql<Commit[]>`
      SELECT id, sha::text FROM commits
       WHERE repository_id = ${id} AND id > ${after} AND clone_status = 'completed' ORDER BY id LIMIT ${batch}`;
    const last = rows.at(-1);
    if (!last) return without;
    after = last.id;
    without.push(...rows.filter(({ sha }) => !whole.has(sha)));
  }
}

/** What was stored, or evicted, since the storage was looked at isn't missing. */
async function stillMissing({ db, storage }: Parts, { id, name }: Repository, suspects: readonly Commit[]): Promise<Commit[]> {
  if (suspects.length === 0) return [];
  const { whole } = await storage.commits(name);
  const absent = suspects.filter(({ sha }) => !whole.has(sha));
  const rows = await db.sql<Commit[]>`
    SELECT id, sha::text FROM commits
     WHERE repository_id = ${id} AND id = ANY(${absent.map((one) => one.id)}::bigint[]) AND clone_status = 'completed'`;
  return [...rows];
}

async function unknownCommits({ sql }: Queryable, { id }: Repository, shas: readonly string[]): Promise<string[]> {
  if (shas.length === 0) return [];
  const rows = await sql<{ sha: string }[]>`
    SELECT given.sha FROM unnest(${[...shas]}::text[]) AS given (sha)
     WHERE NOT EXISTS (SELECT FROM commits c WHERE c.repository_id = ${id} AND c.sha = given.sha::citext)`;
  return rows.map(({ sha }) => sha);
}

/** @returns folders of names that no repository has, nor gave up lately: those are moved, or go by themselves */
async function nobodys({ db, jobs }: Parts, folders: readonly string[]): Promise<string[]> {
  const names = await db.sql<{ name: string }[]>`SELECT name::text FROM repositories`;
  const former = [...(await namesIn(jobs, moveArchives.name)), ...(await namesIn(jobs, removeFormerArchives.name))];
  const own = new Set([...names.map(({ name }) => name), ...former].map(repositoryFolder));
  return folders.filter((folder) => !own.has(folder));
}

/** @returns the texts in the payloads of all jobs of a name */
async function namesIn(jobs: Jobs, name: string): Promise<string[]> {
  const found: string[] = [];
  for (let before: string | undefined; ; ) {
    const page = await jobs.list({ name, limit: 1000, ...(before !== undefined && { before }) });
    found.push(...page.flatMap(({ payload }) => Object.values(Object(payload)).filter((value) => typeof value === "string")));
    before = page.at(-1)?.id;
    if (before === undefined) return found;
  }
}

async function setRight(parts: Parts, { missing, left, folders }: Differences): Promise<string> {
  const { db, jobs, storage } = parts;
  let marked = 0;
  for (const { repository, commits } of missing) marked += await markMissing(db, repository, commits);
  let deleted = 0;
  for (const { repository, shas } of left) {
    // What is being fetched just now has its row by then.
    await jobs.whileIdle(storageKey(repository.id), async () => {
      for (const sha of await unknownCommits(db, repository, shas)) {
        await storage.remove(repository.name, sha);
        deleted++;
      }
    });
  }
  const gone = await nobodys(parts, folders);
  for (const folder of gone) await storage.removeFolder(folder);
  return `${marked} commits are to be fetched again, ${deleted} archives and ${gone.length} folders were deleted.`;
}

/** Heads of branches are fetched soon; others as if they had been evicted. @returns how many were marked */
async function markMissing(db: Database, { id }: Repository, missing: readonly Commit[]): Promise<number> {
  return await db.transaction(async (tx) => {
    await lockStorageSize(tx, id);
    const marked = await tx.sql`
      UPDATE commits c SET clone_status = 'queued', clone_size = NULL, stored_at = NULL, updated_at = now(),
             evicted_at = CASE WHEN EXISTS (SELECT FROM branches b WHERE b.head_id = c.id) THEN NULL ELSE now() END
       WHERE repository_id = ${id} AND id = ANY(${missing.map((one) => one.id)}::bigint[]) AND clone_status = 'completed'`;
    await recountStorage(tx, id);
    return marked.count;
  });
}
