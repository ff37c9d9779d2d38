/** What plugins import of it. */

export type { Logger } from "./logger";
export { type ProgressBar, progressBar } from "./progress-bar";
