import type { Logger } from "pino";
import type { Act } from "../../act/act";
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
  params: Record<string, unknown> = {};
  private knownUrl: URL | undefined;
  private knownLog: Logger | undefined;
  private knownAddress: string | undefined;
  private knownQuery: Fields | undefined;
  private knownPage: Page | undefined;
  private knownPieces: Promise<Pieces> | undefined;
  private stranger: StrangerBody | undefined;
  private known = false;

  /** @param bodyLimit bytes */
  constructor(
    readonly request: Request,
    private readonly surroundings: Surroundings,
    private readonly bodyLimit: number,
  ) {
    this.requestId = requestId(request);
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
    return traceOf(this.request);
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
    this.knownPage ??= readPage(this.query, () => this.surroundings.network.href(this.request));
    return this.knownPage;
  }

  /** Takes over what a guard found out, as far as it says that it adds it. */
  add(names: readonly string[], found: object): void {
    const values: Readonly<Record<string, unknown>> = { ...found };
    for (const name of names) Object.assign(this, { [name]: values[name] });
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

  /** To be called when it is known who calls, and at the latest when the request has been answered. */
  settle(): void {
    this.known = true;
    this.stranger?.release();
    this.stranger = undefined;
  }
}

function readQuery(url: string): Fields {
  const question = url.indexOf("?");
  if (question < 0) return noFields;
  const hash = url.indexOf("#", question);
  return parseForm(url.slice(question + 1, hash < 0 ? undefined : hash), "tolerant");
}
