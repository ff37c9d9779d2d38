import { setImmediate } from "node:timers/promises";
import type { Logger } from "../../core";
import type { CommitRow, RepositoryRow, Snapshots } from "../repositories";
import { defaultLimits } from "./highlight";
import type { HighlightCache } from "./highlight-cache";
import { type HighlightedFile, highlightFile } from "./highlighted-file";
import { decodeText } from "./lines";

/** A commit whose files are to be shown. */
export interface CommitToShow {
  readonly repository: Pick<RepositoryRow, "id" | "name">;
  readonly commit: Pick<CommitRow, "sha" | "cloneStatus">;
}

/** Reads highlighted files of commits. */
export interface CommitFiles {
  /**
   * @param paths relative to the repository's root; may be hostile
   * @returns the files that are readable text, by path; `not_downloaded` when the commit's files aren't in the storage
   */
  read(place: CommitToShow, paths: readonly string[]): Promise<Map<string, HighlightedFile> | "not_downloaded">;
}

/** Bytes of one file. Larger ones aren't shown. */
const maxFileBytes = 4 * 1024 * 1024;

/** Files read together: the most of them that are in memory at once. */
const batchSize = 32;

/** Milliseconds of highlighting for one caller; what is left then is shown plain. */
const pageBudget = 2_000;

/** Never fetches a commit: what a job has prepared is there, or isn't. */
export function createCommitFiles(parts: { snapshots: Snapshots; cache: HighlightCache; log: Logger }): CommitFiles {
  const { snapshots, cache, log } = parts;

  async function readInto(found: Map<string, HighlightedFile>, { repository, commit }: CommitToShow, paths: readonly string[]) {
    const from = { repositoryId: repository.id, name: repository.name, sha: commit.sha, maxBytes: maxFileBytes };
    const highlight = createHighlighter(pageBudget);
    for (let start = 0; start < paths.length; start += batchSize) {
      for (const [path, file] of await snapshots.readFiles(from, paths.slice(start, start + batchSize))) {
        const text = file.kind === "file" ? decodeText(file.bytes) : null;
        if (text === null) continue;
        const { highlighted, complete } = highlight(path, text);
        found.set(path, highlighted);
        if (complete) cache.set({ repositoryId: repository.id, sha: commit.sha, path }, highlighted);
        // Highlighting holds the process: let others have their turn between files.
        await setImmediate();
      }
    }
  }

  return {
    async read(place, paths) {
      const { repository, commit } = place;
      if (commit.cloneStatus !== "completed" || !(await snapshots.exists(repository.name, commit.sha))) return "not_downloaded";
      const found = new Map<string, HighlightedFile>();
      const unread: string[] = [];
      for (const path of new Set(paths)) {
        const cached = cache.get({ repositoryId: repository.id, sha: commit.sha, path });
        if (cached) found.set(path, cached);
        else unread.push(path);
      }
      try {
        await readInto(found, place, unread);
      } catch (error) {
        log.error({ err: error, repository: repository.id, sha: commit.sha }, "files of a commit couldn't be read");
      }
      return found;
    },
  };
}

/** Highlights one file after the other until the budget is used up. `complete`: nothing was left plain for lack of time. */
function createHighlighter(
  budget: number,
): (path: string, text: string) => { highlighted: HighlightedFile; complete: boolean } {
  let left = budget;
  return (path, text) => {
    const started = performance.now();
    const complete = left >= defaultLimits.budget;
    const highlighted = highlightFile(path, text, { ...defaultLimits, budget: Math.min(left, defaultLimits.budget) });
    left = Math.max(0, left - (performance.now() - started));
    return { highlighted, complete };
  };
}
