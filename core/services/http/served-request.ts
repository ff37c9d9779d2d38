import type { Logger } from "pino";
import type { Act } from "../observation/act";
import type { Beginnings, Observed } from "../observation/observation";
import type { RequestEnded } from "../observation/observer";
import { logAnswer } from "./access-log";
import { joined, type Pieces, readBody } from "./body";
import { type Fields, noFields, parseForm } from "./form";
import type { RequestContext } from "./guard";
import type { Network } from "./network";
import { type Page, readPage } from "./paging";
import { requestId } from "./request-id";
import type { StrangerBodies, StrangerBody } from "./stranger-bodies";
import { traceOf } from "./trace";

/** What all requests share. */
export interface Surroundings {
  readonly log: Logger;
  /** Made with `accessLogger`. */
  readonly accessLog: Logger;
  readonly network: Network;
  readonly strangers: StrangerBodies;
  /** Who is told of requests; asked for each. */
  readonly beginnings: () => Beginnings;
}

/**
 * One request while it is served. A class, because its costly parts are made when somebody first asks for them and most requests
 * never do. What guards find out is assigned to it. Take parts out by name; a copy made with `...` lacks the lazy ones.
 */
export class ServedRequest implements RequestContext, Act {
  readonly started = performance.now();
  readonly requestId: string;
  actor: string | null = null;
  credential: string | null = null;
  inPath: Fields = noFields;
  params: Record<string, unknown> = {};
  private knownUrl: URL | undefined;
  private knownLog: Logger | undefined;
  private knownAddress: string | undefined;
  private knownQuery: Fields | undefined;
  private knownPage: Page | undefined;
  private knownPieces: Promise<Pieces> | undefined;
  private stranger: StrangerBody | undefined;
  private known = false;
  private knownTrace: string | null | undefined;
  private readonly observed: Observed<RequestEnded> | undefined;

  /**
   * Observers are told that it begins.
   * @param route the path that it matches, as declared; null for none
   * @param bodyLimit bytes
   * @param pageSize rows a page, where callers can't choose
   */
  constructor(
    readonly request: Request,
    private readonly route: string | null,
    private readonly surroundings: Surroundings,
    private readonly bodyLimit: number,
    private readonly pageSize?: number,
  ) {
    this.requestId = requestId(request);
    this.observed = surroundings.beginnings().request?.({ method: request.method, route }, this);
    if (this.observed) this.knownTrace = this.observed.trace;
  }

  get url(): URL {
    this.knownUrl ??= this.surroundings.network.url(this.request);
    return this.knownUrl;
  }

  get address(): string {
    this.knownAddress ??= this.surroundings.network.address(this.request);
    return this.knownAddress;
  }

  get trace(): string | null {
    if (this.knownTrace === undefined) this.knownTrace = traceOf(this.request);
    return this.knownTrace;
  }

  get log(): Logger {
    this.knownLog ??= this.surroundings.log.child({ requestId: this.requestId });
    return this.knownLog;
  }

  get query(): Fields {
    this.knownQuery ??= readQuery(this.request.url);
    return this.knownQuery;
  }

  get page(): Page {
    this.knownPage ??= readPage(this.query, () => this.surroundings.network.href(this.request), this.pageSize);
    return this.knownPage;
  }

  /** Takes over what a guard found out, as far as it says that it adds it. */
  add(names: readonly string[], found: object): void {
    for (const name of names) Reflect.set(this, name, Reflect.get(found, name));
  }

  /** Not methods, so that handlers may take them out of the context. */
  readonly pieces = (): Promise<Pieces> => {
    this.knownPieces ??= readBody(this.request, this.bodyLimit, this.share());
    return this.knownPieces;
  };

  readonly bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = joined(await this.pieces());
    // So that the pieces can go.
    this.knownPieces = Promise.resolve([bytes]);
    return bytes;
  };

  /** @returns what the body counts against; undefined when its sender is known */
  share(): StrangerBody | undefined {
    if (!this.known) this.stranger ??= this.surroundings.strangers.open();
    return this.stranger;
  }

  /** To be called when it is known who calls. */
  settle(): void {
    this.known = true;
    this.stranger?.release();
    this.stranger = undefined;
  }

  /** To be called when it has been answered. @param quiet logs success at `debug`: probes would drown everything else */
  answered(status: number, quiet = false): void {
    this.settle();
    const milliseconds = performance.now() - this.started;
    logAnswer(
      this.surroundings.accessLog,
      this,
      { method: this.request.method, route: this.route, status, milliseconds },
      quiet,
    );
    this.observed?.end({ status });
  }
}

function readQuery(url: string): Fields {
  const question = url.indexOf("?");
  if (question < 0) return noFields;
  const hash = url.indexOf("#", question);
  return parseForm(url.slice(question + 1, hash < 0 ? undefined : hash), "tolerant");
}
