import type { Sql } from "postgres";
import type { RequestMaker } from "./load";

/** The rows a benchmark works on. */
export interface World {
  readonly sql: Sql;
  readonly userToken: string;
  readonly serviceToken: string;
  readonly webhookSecret: string;
  readonly repositoryId: number;
  readonly repositoryGitHubId: number;
}

/** One thing that is measured: a request, and the ratio to its limit that is wanted. */
export interface BenchPath {
  readonly name: string;
  /** Requests a second of the platform divided by those of the limit; below it something costs too much. */
  readonly wanted: number;
  readonly connections: number;
  /** What must be there before a burst: rows that the burst uses up. */
  readonly prepare?: (world: World) => Promise<void>;
  readonly request: (world: World) => RequestMaker;
  /** Whether both sides must answer the same bytes to the same request. */
  readonly sameBytes: boolean;
}
