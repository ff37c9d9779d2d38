import { type BoundedWork, defineBoundedTask, type Logger } from "../../../core";
import type { MatchedPaths } from "./exclude-task";
import { manifestError } from "./manifest";
import type { ParsedManifest } from "./parse-manifest";

/** Reads manifests and applies their patterns, without holding up anything else, whatever they hold. */
export interface Manifests {
  /**
   * @param repositoryId whose it is
   * @returns `manifest_invalid_or_missing_data`, too, for one that takes more time or memory than one may
   * @throws Error when too much else waits; later it may work
   */
  parse(repositoryId: number, content: Uint8Array): Promise<ParsedManifest>;
  /**
   * @param paths relative to the repository's root
   * @returns those that one of the patterns matches. Patterns that take too long to match exclude nothing further.
   * @throws Error when too much else waits; later it may work
   */
  excluded(repositoryId: number, patterns: readonly string[], paths: Iterable<string>): Promise<ReadonlySet<string>>;
}

const parseTask = defineBoundedTask<typeof import("./parse-task")>({
  module: import.meta.resolve("./parse-task.ts"),
  timeoutMs: 10_000,
});

const excludeTask = defineBoundedTask<typeof import("./exclude-task")>({
  module: import.meta.resolve("./exclude-task.ts"),
  timeoutMs: 5_000,
});

/** Paths, and milliseconds, that are matched at once: in between others have their turn. */
const batchSize = 1_000;
const batchBudget = 1_000;

/** Milliseconds of matching for all paths together. */
const wholeBudget = 5_000;

export function createManifests({ boundedWork, log }: { boundedWork: BoundedWork; log: Logger }): Manifests {
  const ownerOf = (repositoryId: number): string => `repository ${repositoryId}`;

  async function match(repositoryId: number, patterns: readonly string[], paths: readonly string[]): Promise<MatchedPaths> {
    const input = { patterns, paths, budgetMs: batchBudget };
    const outcome = await boundedWork.run(excludeTask, input, { owner: ownerOf(repositoryId) });
    if (outcome.kind === "busy") throw new Error("too much waits for paths to be matched now");
    return outcome.kind === "done" ? outcome.output : { excluded: [], spentMs: wholeBudget };
  }

  return {
    async parse(repositoryId, content) {
      const outcome = await boundedWork.run(parseTask, content, { owner: ownerOf(repositoryId) });
      if (outcome.kind === "done") return outcome.output;
      if (outcome.kind === "busy") throw new Error("too much waits for a manifest to be read now");
      const details = `the file takes more ${outcome.limit} to read than a manifest may`;
      return { ok: false, ...manifestError("manifest_invalid_or_missing_data", details) };
    },

    async excluded(repositoryId, patterns, paths) {
      const found = new Set<string>();
      if (patterns.length === 0) return found;
      const all = [...new Set(paths)];
      let left = wholeBudget;
      let next = 0;
      while (next < all.length && left > 0) {
        const batch = all.slice(next, next + batchSize);
        const { excluded, spentMs } = await match(repositoryId, patterns, batch);
        for (const [index, path] of batch.entries()) if (excluded[index]) found.add(path);
        next += excluded.length;
        left -= spentMs;
      }
      if (next < all.length) {
        const counts = { repositoryId, paths: all.length, matched: next };
        log.warn(counts, "a manifest's patterns take too long to match; they exclude none of the other paths");
      }
      return found;
    },
  };
}
