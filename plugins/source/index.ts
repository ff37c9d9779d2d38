import { definePlugin } from "../../core";
import repositories from "../repositories";
import storage from "../storage";
import { type AffectedFileJson, affectedFiles, type IssuePlace } from "./affected-file";
import { type CommitToShow, createCommitFiles } from "./commit-files";
import { createHighlightCache } from "./highlight-cache";

export type { AffectedFileJson, IssuePlace } from "./affected-file";
export type { CommitToShow } from "./commit-files";
export { affectedFileJson } from "./schemas";

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
}

/** Memory that highlighted files may take in this process. */
const cacheBytes = 32 * 1024 * 1024;

export default definePlugin({
  name: "source",
  summary: "Shows commits' files with highlighting, in whole or around issues",
  requires: [repositories, storage],
  setup({ log, boundedWork, use: { storage } }) {
    const files = createCommitFiles({ storage, cache: createHighlightCache(cacheBytes), boundedWork, log });
    const api: Source = { excerpts: (place, issues) => affectedFiles(files, place, issues) };
    return { api };
  },
});
