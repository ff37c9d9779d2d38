import { definePlugin } from "../../core";
import repositories from "../repositories";
import storage from "../storage";
import { type AffectedFileJson, affectedFiles, type IssuePlace } from "./affected-file";
import { type CommitToShow, createCommitFiles } from "./commit-files";
import { createHighlightCache } from "./highlight-cache";
import type { SourceLine } from "./source-line";
import { wholeFile } from "./whole-file";

export type { AffectedFileJson, IssuePlace } from "./affected-file";
export type { CommitToShow } from "./commit-files";
export { affectedFileJson, sourceLineJson } from "./schemas";
export type { SourceLine } from "./source-line";

/** The text of commits' files, ready to be shown. */
export interface Source {
  /**
   * Shows the lines around each of some issues of one commit, with one read for all of them. A commit whose files aren't in the
   * storage is `not_downloaded` (lost ones are fetched again, without this waiting for it), and whatever isn't a readable text
   * file inside the commit is `errored`. What it costs is bounded, whatever the files and the issues are.
   *
   * @returns the Affected File JSON of each issue, in their order
   */
  excerpts(place: CommitToShow, issues: readonly IssuePlace[]): Promise<AffectedFileJson[]>;
  /**
   * Shows a whole file: of one that is very long, as much as is read of any. What it costs is bounded, as for excerpts.
   * @param path may be hostile
   * @returns null when the commit's files aren't in the storage (lost ones are fetched again), or have no readable text at the path; one
   * that a symbolic link leads to isn't there
   */
  file(place: CommitToShow, path: string): Promise<SourceLine[] | null>;
}

/** Memory that highlighted files may take in this process. */
const cacheBytes = 32 * 1024 * 1024;

export default definePlugin({
  name: "source",
  summary: "Shows commits' files with highlighting, in whole or around issues",
  requires: [repositories, storage],
  setup({ log, boundedWork, use: { storage } }) {
    const files = createCommitFiles({ storage, cache: createHighlightCache(cacheBytes), boundedWork, log });
    const api: Source = {
      excerpts: (place, issues) => affectedFiles(files, place, issues),
      file: (place, path) => wholeFile(files, place, path),
    };
    return { api };
  },
});
