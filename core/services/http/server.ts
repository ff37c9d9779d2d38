import { Elysia } from "elysia";
import type { Logger } from "pino";
import { loggableError } from "../log/loggable-error";
import type { Beginnings } from "../observation/observation";
import { accessLogger } from "./access-log";
import { errorAnswer, internalError } from "./answer";
import { coreErrors, type DeclaredErrors, defineErrors, type ErrorCatalogue, notFound } from "./errors";
import { withoutBody } from "./head";
import { type Listener, listen } from "./listener";
import { type MountOptions, mountRoutes, type PreparedRoute, prepareRoute } from "./mount";
import { type MountedApp, mountApp } from "./mounted-app";
import { createNetwork } from "./network";
import { type Api, openApiDocument } from "./openapi/document";
import { routableUrl } from "./paths";
import type { Fail } from "./read-parameters";
import type { Route } from "./route";
import { undeclaredCodes } from "./route-codes";
import { ServedRequest } from "./served-request";
import { createStrangerBodies } from "./stranger-bodies";
import { documentationRoutes } from "./swagger";
import type { ProxyTrust } from "./trusted-proxies";

/** What a plugin brings to HTTP. */
export interface HttpPlugin {
  readonly name: string;
  /** One line, for the documentation. */
  readonly summary?: string;
  readonly routes: readonly Route[];
  readonly errors?: DeclaredErrors;
  readonly mounts?: readonly MountedApp[];
  /** Serves even while the server isn't open: probes. */
  readonly always?: boolean;
}

export interface HttpServerOptions {
  /** Of plugins that are on. Whatever isn't in here answers 404. */
  readonly plugins: readonly HttpPlugin[];
  readonly settings: { readonly host: string; readonly port: number; readonly trustProxy: ProxyTrust };
  readonly log: Logger;
  /** Turns answers and errors that a route doesn't declare into logged failures. For tests. */
  readonly checkAnswers?: boolean;
  /** Whether routes are served yet; they are unless told otherwise. While not, they answer 503 `not_ready`. */
  readonly open?: () => boolean;
  /** Bounds of what strangers may make it hold; for tests. */
  readonly strangers?: Parameters<typeof createStrangerBodies>[0];
  /** Who is told of requests; asked for each. */
  readonly beginnings?: () => Beginnings;
  /** Whether `/swagger` is served; it is unless told otherwise. */
  readonly documentation?: boolean;
  /** Title and version in the documentation. */
  readonly about?: { readonly title: string; readonly version: string; readonly description?: string };
}

export interface HttpServer {
  readonly app: Elysia;
  /** `http://HOST:PORT`, without a slash at the end. @throws Error while it doesn't listen */
  readonly url: string;
  /**
   * Serves a request without a network.
   * @param address the caller's, 127.0.0.1 unless given
   */
  handle(request: Request, address?: string): Promise<Response>;
  readonly listening: boolean;
  /** @throws StartupError when the address can't be listened on */
  listen(): void;
  /** Accepts no more connections, waits for running requests, and cuts off those that take longer than `graceMs`. */
  stop(options: { readonly graceMs: number }): Promise<void>;
}

/**
 * Puts the routes of all plugins behind one HTTP server, with their documentation at `/swagger`.
 * @throws Error naming the route whose declaration contradicts itself or names an error code that nobody declares
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { plugins, settings, log, checkAnswers = false, beginnings = nobody, open = always } = options;
  const catalogue: ErrorCatalogue = Object.assign({}, coreErrors.catalogue, ...plugins.map(({ errors }) => errors?.catalogue));
  let listener: Listener | undefined;
  const network = createNetwork(settings.trustProxy, (request) => listener?.addressOf(request) ?? "");
  const mounting: MountOptions = {
    fail: failWith(catalogue),
    checkAnswers,
    beginnings,
    open,
    log,
    accessLog: accessLogger(log),
    network,
    strangers: createStrangerBodies(options.strangers),
  };

  const prepared = plugins.map((plugin) => ({ ...plugin, prepared: plugin.routes.map(prepareRoute) }));
  const undeclared = prepared.flatMap((plugin) =>
    plugin.prepared.flatMap((route) => complaints(plugin.name, route, catalogue)),
  );
  if (undeclared.length > 0) throw new Error(undeclared.join("\n"));

  const api: Api = { about: options.about ?? { title: "Cocov", version: "0" }, plugins: prepared, catalogue };
  const documentation = options.documentation === false ? [] : documentationRoutes(api.about, () => openApiDocument(api));
  // Hosts may be as short as "a"; Elysia otherwise looks for the path behind the 11th character.
  const app = new Elysia({ name: "cocov", strictPath: true, handler: { standardHostname: false } });
  app.onError(({ request, code, error }) => answerUnrouted(request, code === "NOT_FOUND" ? null : error, mounting));
  app.use(mountRoutes("documentation", documentation.map(prepareRoute), { ...mounting, open: always }));
  for (const plugin of prepared) {
    app.use(mountRoutes(plugin.name, plugin.prepared, plugin.always ? { ...mounting, open: always } : mounting));
    for (const mounted of plugin.mounts ?? []) mountApp(app, mounted, mounting);
  }

  const serve = (request: Request, address?: string): Response | Promise<Response> => {
    const url = routableUrl(request.url);
    if (url === request.url && address === undefined) return app.fetch(request);
    const routable = url === request.url ? request : new Request(url, request);
    network.note(routable, { url: request.url, address: address ?? network.peer(request) });
    return app.fetch(routable);
  };
  return {
    app,
    get url() {
      if (!listener) throw new Error("The HTTP server doesn't listen");
      return listener.url;
    },
    get listening() {
      return listener !== undefined;
    },
    async handle(request, address = "127.0.0.1") {
      const response = await serve(request, address);
      return request.method === "HEAD" ? withoutBody(response) : response;
    },
    listen() {
      listener = listen(settings, serve, log);
    },
    async stop({ graceMs }) {
      await listener?.stop(graceMs);
    },
  };
}

const always = (): boolean => true;
const nobody = (): Beginnings => ({});

function failWith(catalogue: ErrorCatalogue): Fail {
  const errors = defineErrors(catalogue);
  return (code, detail) => {
    const standard = errors.fail(code);
    return detail === undefined ? standard : errors.fail(code, `${standard.message.replace(/\.$/, "")}: ${detail}`);
  };
}

function complaints(plugin: string, { route, codes }: PreparedRoute, catalogue: ErrorCatalogue): string[] {
  return undeclaredCodes(codes, catalogue).map(
    (code) => `Route ${route.method} ${route.path} of plugin "${plugin}" names the error code ${code}, which nobody declares`,
  );
}

/** Unknown routes; and failures outside of all routes, of which none are known. */
function answerUnrouted(request: Request, failure: unknown, options: MountOptions): Response {
  const context = new ServedRequest(request, null, options, 0);
  if (failure !== null) context.log.error({ error: loggableError(failure) }, "request failed outside of its route");
  const response = errorAnswer(failure === null ? notFound() : internalError(context.requestId), context.requestId);
  context.answered(response.status);
  return response;
}
