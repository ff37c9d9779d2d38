import type { Logger } from "pino";
import type { Act } from "../../act/act";
import { readBody } from "./body";
import { type Fields, noFields, parseForm } from "./form";
import type { RequestContext } from "./guard";
import type { Network } from "./network";
import { type Page, readPage } from "./paging";
import { requestId } from "./request-id";
import { traceOf } from "./trace";

/** What all requests share. */
export interface Surroundings {
  readonly log: Logger;
  /** Made with `accessLogger`. */
  readonly accessLog: Logger;
  readonly network: Network;
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
  private knownBytes: Promise<Uint8Array<ArrayBuffer>> | undefined;

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

  /** Not a method, so that handlers may take it out of the context. */
  readonly bytes = (): Promise<Uint8Array<ArrayBuffer>> => {
    this.knownBytes ??= readBody(this.request, this.bodyLimit);
    return this.knownBytes;
  };
}

function readQuery(url: string): Fields {
  const question = url.indexOf("?");
  if (question < 0) return noFields;
  const hash = url.indexOf("#", question);
  return parseForm(url.slice(question + 1, hash < 0 ? undefined : hash), "tolerant");
}
