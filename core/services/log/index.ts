/** What plugins import of it. */

export type { Logger } from "./logger";
