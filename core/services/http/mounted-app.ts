import type { Elysia } from "elysia";
import { loggableError } from "../log/loggable-error";
import { during } from "../observation/act";
import { errorAnswer, internalError } from "./answer";
import { defaultBodyLimit } from "./body";
import { boundedRequest } from "./bounded-request";
import { ApiError, coreErrors } from "./errors";
import type { Guard } from "./guard";
import type { MountOptions } from "./mount";
import { pageHeaders } from "./page-headers";
import { requestIdHeader } from "./request-id";
import { ServedRequest } from "./served-request";

/** An application that isn't made of {@link route}s: a dashboard, a streaming endpoint, somebody else's Elysia instance. */
export interface MountedApp {
  /** `/jobs`: it gets this path and all below it, and sees them whole. No parameters, no slash at the end. */
  readonly path: string;
  /** One line, for operators. It isn't in the OpenAPI document. */
  readonly summary: string;
  readonly app: {
    /** @param found what the guard adds */
    handle(request: Request, found: object): Response | Promise<Response>;
  };
  /** Who may call; runs before the application gets anything. */
  readonly access: Guard<object, object>;
  /** Bytes of a request's body; 1 MiB unless given. The application may read it as a stream. */
  readonly bodyLimit?: number;
}

/** An application that takes what its guard finds out. */
interface InformedApp<Found extends object> extends Omit<MountedApp, "app" | "access"> {
  readonly app: { handle(request: Request, found: Found): Response | Promise<Response> };
  readonly access: Guard<object, Found>;
}

/** Declares an application that takes what its guard finds out: who calls. */
export function mountedApp<Found extends object>(mounted: InformedApp<Found>): MountedApp {
  // It is given what that guard, and no other, has found.
  return mounted as unknown as MountedApp;
}

/** Serves an application at its path, for every method. */
export function mountApp(server: Elysia, mounted: MountedApp, options: MountOptions): void {
  const serve = serveApp(mounted, options);
  // Elysia reads this function's text to find out what it must prepare: only what the parameter list names.
  server.all(mounted.path, ({ request }) => serve(request), { parse: "none" });
  server.all(`${mounted.path}/*`, ({ request }) => serve(request), { parse: "none" });
}

function serveApp({ path, app, access, bodyLimit = defaultBodyLimit }: MountedApp, options: MountOptions) {
  async function respond(context: ServedRequest): Promise<Response> {
    if (!options.open()) throw coreErrors.fail("not_ready");
    const found = await access.check(context);
    if (access.security) context.settle();
    const { request, refusal } = boundedRequest(context.request, bodyLimit, context.share());
    const answer = await app.handle(request, found);
    const refused = refusal();
    if (refused) throw refused;
    const response = new Response(answer.body, answer);
    for (const [name, value] of Object.entries(pageHeaders)) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    response.headers.set(requestIdHeader, context.requestId);
    return response;
  }

  return async (request: Request): Promise<Response> => {
    const context = new ServedRequest(request, `${path}/*`, options, 0);
    const response = await during(context, () => respond(context)).catch((error: unknown) => {
      if (error instanceof ApiError) return errorAnswer(error, context.requestId);
      context.log.error({ error: loggableError(error), mounted: path }, "request failed in a mounted application");
      return errorAnswer(internalError(context.requestId), context.requestId);
    });
    context.answered(response.status);
    return response;
  };
}
