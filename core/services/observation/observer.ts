import type { Act } from "./act";

/** Whose work it is, and where it belongs in a trace. */
export interface Surroundings {
  /** As known when it is read: whose request it is shows during the request. */
  readonly act: Act;
  /**
   * The span that the work is part of, as a `traceparent`; null when nobody said. An observer that makes a span of the work puts that
   * here: what the work does, and the jobs it enqueues, are then part of it.
   * @throws when it is set to something else than a `traceparent`
   */
  trace: string | null;
}

/**
 * Told when a piece of work begins; what it returns is told how that ended. It must be quick, as the work waits for it. What it throws
 * is logged once and is nothing to the work; what it does itself isn't observed.
 */
export type Observer<Begun, Ended> = (
  begun: Begun,
  surroundings: Surroundings,
  // biome-ignore lint/suspicious/noConfusingVoidType: whoever needn't hear of the end returns nothing
) => ((ended: Ended & Duration) => void) | void;

/** How long the work took. */
export interface Duration {
  readonly milliseconds: number;
}

export interface RequestBegun {
  /** One of those that Bun lets in. */
  readonly method: string;
  /** The route's path as declared, `/jobs/*` for what is mounted at `/jobs`; null when none matched. Never the path itself. */
  readonly route: string | null;
}

export interface RequestEnded {
  /** 499 when the caller went away first. */
  readonly status: number;
}

export interface StatementBegun {
  /** As it was sent: with `$1` for values, unless whoever wrote it put one into its text. */
  readonly text: string;
  readonly inTransaction: boolean;
  /** How long it waited until it could be sent, for a connection for example. */
  readonly waitedMilliseconds: number;
}

export interface JobBegun {
  readonly name: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Since it was due. */
  readonly waitedMilliseconds: number;
}

export interface JobEnded {
  /**
   * `failed` is tried again, `dead` isn't; `handed_back` didn't end before the process did, `taken_over` was done by others
   * meanwhile; `held_up` couldn't be noted, as the database was out of reach.
   */
  readonly outcome: "completed" | "failed" | "dead" | "handed_back" | "taken_over" | "held_up";
}

export interface CallBegun {
  /** What is called: `git`, or the service elsewhere. */
  readonly kind: string;
  /** What it is asked for, one of a bounded number: `GET /repos/{owner}/{repo}`, `fetch`. Never with values. */
  readonly name: string;
}

export interface Failable {
  /** Null when it went well, otherwise one of a bounded number of codes. Of a statement its SQLSTATE or the driver's code. */
  readonly error: string | null;
}

type WhenEnded<O> = O extends Observer<infer Begun, infer Ended> ? (begun: Begun, ended: Ended & Duration) => void : never;

/**
 * Told of work when it has ended and not before, for whoever does nothing but count: that costs the work next to nothing. They ask
 * nothing of anybody. What one throws is logged once.
 */
export type Countings = { readonly [Kind in keyof Observers]: WhenEnded<NonNullable<Observers[Kind]>> };

/** What a plugin is told about the work of this process. */
export interface Observers {
  /** Requests over HTTP, until their answer has been made; the bytes of streams follow later. */
  readonly request?: Observer<RequestBegun, RequestEnded>;
  /** Statements from when they are sent to the database. What couldn't be sent isn't told of. */
  readonly statement?: Observer<StatementBegun, Failable>;
  /** Attempts at jobs. */
  readonly job?: Observer<JobBegun, JobEnded>;
  /** What plugins ask of others: of services elsewhere, of git. */
  readonly call?: Observer<CallBegun, Failable>;
}
