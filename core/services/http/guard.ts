import type { Logger } from "pino";
import type { Credential } from "./credential";
import type { Fields } from "./form";
import type { Page } from "./paging";

/** What every guard and handler knows about the request. */
export interface RequestContext {
  readonly request: Request;
  /** The address as the caller saw it: scheme and host honour `X-Forwarded-*` from trusted proxies. */
  readonly url: URL;
  readonly requestId: string;
  /** What stands in the path where the route has parameters, by their names, before anybody looked at it. */
  readonly inPath: Fields;
  /** What the query string has, in the same state. */
  readonly query: Fields;
  /** Which page of a list is asked for, whether or not the route has pages. */
  readonly page: Page;
  /** The caller's network address, through trusted proxies. */
  readonly address: string;
  /** Carries the request id. */
  readonly log: Logger;
  /** Who acts: `user:ada`, `service:4`. Set by the guard that finds out; logged, and kept with what the request causes. */
  actor: string | null;
  /** By which kind of credential: `session`, `service`. Set by the guard that finds out. */
  credential: string | null;
  /** The raw bytes of the body, read at most once and limited to the route's `bodyLimit`. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The same as it arrived, not copied together: for guards, who may refuse it. */
  pieces(): Promise<readonly Uint8Array<ArrayBuffer>[]>;
}

/**
 * Decides whether a request may go on, and adds what it found out (the caller, the repository) to the handler's context.
 * A route has an `access` guard, which runs before the parameters are looked at, and may have a `scope` guard, which runs after.
 * Guards throw an `ApiError` to refuse.
 */
export interface Guard<Needs extends object, Adds extends object> {
  /** Who may call, in the documentation's words: "any", "admin", "member". */
  readonly label: string;
  /** The credential it reads. None: public. */
  readonly security?: Credential;
  /** It can't judge the credential without the request's body: a signature. What it reads counts against what strangers may send. */
  readonly readsBody?: boolean;
  /**
   * What it adds to the handler's context: name -> what that is. A name that the context has already, or that the route's other
   * guard adds, is a mistake at start.
   */
  readonly adds: { readonly [Name in keyof Adds]: string };
  /** Codes it may refuse with. */
  readonly errors: readonly string[];
  readonly check: (context: RequestContext & Needs) => Promise<Adds> | Adds;
}

/** Nobody needs to authenticate. */
export const anyone: Guard<object, object> = { label: "public", adds: {}, errors: [], check: () => ({}) };
