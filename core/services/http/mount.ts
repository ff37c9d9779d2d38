import { Elysia } from "elysia";
import { loggableError } from "../log/loggable-error";
import { during } from "../observation/act";
import { emptyAnswer, errorAnswer, internalError, jsonAnswer } from "./answer";
import { answerShape } from "./answer-shape";
import { defaultBodyLimit } from "./body";
import { answerMismatch } from "./check-answer";
import { hasTag, taggedHeaders, tagOf } from "./conditional";
import { isJson, mediaType } from "./content-type";
import { ApiError, coreErrors } from "./errors";
import { noFields } from "./form";
import { parseBody } from "./parse-body";
import { type PathPattern, pathPattern, pathValues } from "./paths";
import { type Fail, listParameters, type Parameter, type ParameterSources, parameterReader } from "./read-parameters";
import { requestIdHeader } from "./request-id";
import type { Route } from "./route";
import { codesOf, readsBody } from "./route-codes";
import { ServedRequest, type Surroundings } from "./served-request";
import { unpacked } from "./unpack";
import { AnswerWithHeaders } from "./with-headers";

export interface MountOptions extends Surroundings {
  readonly fail: Fail;
  /** Turns answers and errors that a route doesn't declare into failures. For tests. */
  readonly checkAnswers: boolean;
  /** Whether routes are served now; while not, they answer `not_ready`. */
  readonly open: () => boolean;
}

/** A route with all that can be known about it before the first request. */
export interface PreparedRoute {
  readonly route: Route;
  readonly pattern: PathPattern;
  readonly parameters: readonly Parameter[];
  /** Every error code it may answer with. */
  readonly codes: readonly string[];
}

/** @throws Error when the declaration contradicts itself; the message names the route */
export function prepareRoute(route: Route): PreparedRoute {
  const pattern = pathPattern(route.path);
  try {
    answerShape(route);
    const parameters = listParameters(
      route.params,
      pattern.names.map(([own]) => own),
    );
    return { route, pattern, parameters, codes: codesOf(route, parameters) };
  } catch (error) {
    throw new Error(`Route ${route.method} ${route.path}: ${error instanceof Error ? error.message : "can't be mounted"}`);
  }
}

/** @returns an Elysia instance that serves a plugin's routes, GET ones to HEAD too */
export function mountRoutes(name: string, routes: readonly PreparedRoute[], options: MountOptions): Elysia {
  const app = new Elysia({ name });
  for (const prepared of routes) {
    const serve = serveRoute(prepared, options);
    const { method } = prepared.route;
    for (const mounted of method === "GET" ? ["GET", "HEAD"] : [method]) {
      // Elysia reads this function's text to find out what it must prepare: only what the parameter list names.
      app.route(mounted, prepared.pattern.mounted, ({ request, params }) => serve(request, params), { parse: "none" });
    }
  }
  return app;
}

type Serve = (request: Request, values: Readonly<Record<string, unknown>>) => Promise<Response>;

function serveRoute(prepared: PreparedRoute, options: MountOptions): Serve {
  const { route } = prepared;
  const bodyLimit = route.bodyLimit ?? defaultBodyLimit;
  const pageSize = typeof route.paginated === "object" ? route.paginated.size : undefined;
  const respond = responder(prepared, options);
  return async (request, values) => {
    const context = new ServedRequest(request, route.path, options, bodyLimit, pageSize);
    let response: Response;
    try {
      response = await during(context, () => respond(context, values));
    } catch (error) {
      response = errorResponse(error, context, prepared, options);
    }
    context.answered(response.status, route.quiet);
    return response;
  };
}

/** access, parameters, scope, handler, answer: the order in which every request is judged. */
function responder(
  { route, pattern, parameters }: PreparedRoute,
  { fail, checkAnswers, open }: MountOptions,
): (context: ServedRequest, values: Readonly<Record<string, unknown>>) => Promise<Response> {
  const { access, scope, jsonRequired, unstorableText, packedBody, bodyLimit = defaultBodyLimit, etag } = route;
  const bodyOf = packedBody
    ? async ({ request, bytes }: ServedRequest) => await unpacked(request, await bytes(), bodyLimit)
    : ({ bytes }: ServedRequest) => bytes();
  const addedByAccess = Object.keys(access.adds);
  const addedByScope = Object.keys(scope?.adds ?? {});
  const { json, emptyStatus } = answerShape(route);
  const jsonStatus = json?.status ?? 200;
  const read = parameterReader(parameters, fail);
  const fromQuery = parameters.some(({ inPath }) => !inPath);
  const fromBody = readsBody(route, parameters);
  return async (context, values) => {
    if (!open()) throw coreErrors.fail("not_ready");
    if (pattern.names.length > 0) context.inPath = pathValues(pattern.names, values);
    const caller = access.check(context);
    context.add(addedByAccess, caller instanceof Promise ? await caller : caller);
    if (access.security) context.settle();
    if (jsonRequired !== undefined && !isJson(mediaType(context.request))) throw fail(jsonRequired);
    if (parameters.length > 0) {
      const sources: ParameterSources = {
        path: context.inPath,
        body: fromBody ? await parseBody(context.request, await bodyOf(context), unstorableText) : noFields,
        query: fromQuery ? context.query : noFields,
      };
      context.params = read(sources);
    }
    if (scope) {
      const subject = scope.check(context);
      context.add(addedByScope, subject instanceof Promise ? await subject : subject);
    }
    const version = typeof etag === "function" ? await etag(context) : null;
    const tag = version === null ? null : tagOf(version);
    if (tag !== null && hasTag(context.request, tag)) return emptyAnswer(304, context.requestId, taggedHeaders(tag));
    const answer = route.handle(context);
    const value = answer instanceof Promise ? await answer : answer;
    const mismatch = checkAnswers ? answerMismatch(route, value) : null;
    if (mismatch !== null) throw new Error(`${route.method} ${route.path} doesn't answer as declared: ${mismatch}`);
    if (value === undefined) return emptyAnswer(emptyStatus, context.requestId);
    if (!(value instanceof Response)) return answerWith(value, jsonStatus, context, etag === "body" ? "body" : tag);
    value.headers.set(requestIdHeader, context.requestId);
    if (!value.headers.has("x-content-type-options")) value.headers.set("x-content-type-options", "nosniff");
    return value;
  };
}

/** @param tag known already, or to be made of the answer's bytes; null when the route has none */
function answerWith(value: unknown, status: number, { request, requestId }: ServedRequest, tag: string | null): Response {
  const { body, headers } = value instanceof AnswerWithHeaders ? value : { body: value, headers: {} };
  const text = JSON.stringify(body);
  if (tag === null) return jsonAnswer(text, status, requestId, headers);
  const known = tag === "body" ? tagOf(text) : tag;
  const tagged = { ...taggedHeaders(known), ...headers };
  return hasTag(request, known) ? emptyAnswer(304, requestId, tagged) : jsonAnswer(text, status, requestId, tagged);
}

function errorResponse(
  error: unknown,
  context: ServedRequest,
  { route, codes }: PreparedRoute,
  options: MountOptions,
): Response {
  if (error instanceof ApiError && (!options.checkAnswers || isDeclared(error, codes))) {
    return errorAnswer(error, context.requestId);
  }
  if (context.request.signal.aborted) return emptyAnswer(499, context.requestId);
  const undeclared = error instanceof ApiError ? `, with the undeclared code ${error.code}` : "";
  context.log.error({ error: loggableError(error), method: route.method, route: route.path }, `request failed${undeclared}`);
  return errorAnswer(internalError(context.requestId), context.requestId);
}

const everywhere = [
  "not_found",
  "request.malformed",
  "request.too_large",
  "request.too_slow",
  "request.overloaded",
  "not_ready",
];

/** Any route may turn out not to exist for its caller, or get a request that can't be read. */
function isDeclared({ code }: ApiError, codes: readonly string[]): boolean {
  return codes.includes(code) || everywhere.includes(code);
}
