import { setImmediate } from "node:timers/promises";
import type { BoundedWork, Logger } from "../../core";
import type { CommitRow, RepositoryRow } from "../repositories";
import type { CommitStorage } from "../storage";
import { coversRanges, type FileLines, joinLines } from "./file-lines";
import type { HighlightCache } from "./highlight-cache";
import { createHighlighter } from "./highlighter";
import { type LineRange, linesOf } from "./line-ranges";
import { asUtf8 } from "./lines";
import { pickLines } from "./pick-lines";

/** A commit whose files are to be shown. */
export interface CommitToShow {
  readonly repository: Pick<RepositoryRow, "id" | "name">;
  readonly commit: Pick<CommitRow, "id" | "sha" | "cloneStatus">;
}

/** What there is of a file: lines, or no time to read any. Paths without text have nothing. */
export type ReadFile = FileLines | "left_out";

/** Reads lines of files of commits. */
export interface CommitFiles {
  /**
   * @param wanted lines by path; paths are relative to the repository's root, and may be hostile
   * @returns what the readable texts among the files have; `not_downloaded` when the commit's files aren't in the storage
   */
  read(
    place: CommitToShow,
    wanted: ReadonlyMap<string, readonly LineRange[]>,
  ): Promise<ReadonlyMap<string, ReadFile> | "not_downloaded">;
}

interface Parts {
  storage: CommitStorage;
  cache: HighlightCache;
  boundedWork: BoundedWork;
  log: Logger;
}

/** Bytes of one file that are read. */
const maxFileBytes = 4 * 1024 * 1024;

/** Milliseconds of highlighting for one caller; what is left then is shown plain. */
const highlightBudget = 2_000;

/** Milliseconds of reading and highlighting for one caller; what is left then isn't shown. */
const readBudget = 10_000;

/** Never waits for a commit to be fetched: what a job has prepared is there, or isn't. */
export function createCommitFiles({ storage, cache, boundedWork, log }: Parts): CommitFiles {
  async function readInto(
    found: Map<string, ReadFile>,
    { repository, commit }: CommitToShow,
    wanted: ReadonlyMap<string, readonly LineRange[]>,
  ): Promise<void> {
    const from = { repositoryId: repository.id, name: repository.name, sha: commit.sha, maxBytes: maxFileBytes };
    const owner = `repository ${repository.id}`;
    const highlight = createHighlighter({ boundedWork, log, owner, budgetMs: highlightBudget });
    const deadline = performance.now() + readBudget;
    const left = new Set(wanted.keys());
    for await (const [path, file] of storage.eachFile(from, [...left])) {
      left.delete(path);
      const bytes = file.kind === "file" ? file.bytes : file.kind === "too_large" ? file.start : null;
      const text = bytes && asUtf8(bytes);
      if (text) {
        const picked = pickLines(text, linesOf(wanted.get(path) ?? []));
        const { lines, final } = await highlight(path, picked);
        const unread = picked.end !== null && file.kind === "too_large";
        const shown = { lines, end: picked.end, unread, throughLink: "throughLink" in file && file.throughLink };
        found.set(path, shown);
        const key = { repositoryId: repository.id, sha: commit.sha, path };
        if (final) cache.set(key, joinLines(cache.get(key), shown));
      }
      // Names of one content come in a row: others have their turn between any two.
      await setImmediate();
      if (performance.now() > deadline) break;
    }
    for (const path of left) found.set(path, "left_out");
  }

  return {
    async read(place, wanted) {
      const { repository, commit } = place;
      const isRecorded = commit.cloneStatus === "completed";
      const archive = await storage.ready({ id: commit.id, name: repository.name, sha: commit.sha, isRecorded });
      if (!archive) return "not_downloaded";
      const found = new Map<string, ReadFile>();
      const unread = new Map<string, readonly LineRange[]>();
      for (const [path, ranges] of wanted) {
        const cached = cache.get({ repositoryId: repository.id, sha: commit.sha, path });
        if (cached && coversRanges(cached, ranges)) found.set(path, cached);
        else unread.set(path, ranges);
      }
      try {
        if (unread.size > 0) await readInto(found, place, unread);
      } catch (error) {
        log.error({ err: error, repository: repository.id, sha: commit.sha }, "files of a commit couldn't be read");
      }
      return found;
    },
  };
}
