import { pino } from "pino";
import { z } from "zod";
import { defineErrors } from "../../../../core/services/http/errors";
import { anyone } from "../../../../core/services/http/guard";
import { type ParameterSchemas, type Route, route } from "../../../../core/services/http/route";
import { createHttpServer, type HttpServer, type HttpServerOptions } from "../../../../core/services/http/server";

/** Error codes that the tests' routes use. */
export const errors = defineErrors({
  "widgets.missing_name": [400, "Give the widget a name"],
  "widgets.missing_status": [400, "Say the status"],
  "widgets.invalid_status": [400, "The status isn't known."],
  "widgets.missing_reason": [400, "Say why"],
  "widgets.missing_size": [400, "Say the size"],
  "widgets.invalid_size": [400, "The size must be positive"],
  "widgets.invalid_parts": [400, "The parts can't be taken"],
  "widgets.json_required": [400, "Send JSON"],
  "widgets.busy": [409, "Come back later"],
  "widgets.no_credentials": [401, "Who are you?"],
});

/** A server with nothing but the given routes. */
export function serverWith(routes: readonly Route[], options: Partial<HttpServerOptions> = {}): HttpServer {
  return createHttpServer({
    plugins: [{ name: "widgets", routes, errors }],
    settings: { host: "127.0.0.1", port: 0, trustProxy: false },
    log: pino({ level: "silent" }),
    checkAnswers: true,
    ...options,
  });
}

/** A route that answers the parameters it read, as JSON. */
export function echo(
  method: Route["method"],
  path: string,
  params: ParameterSchemas,
  more: Partial<Pick<Route, "jsonRequired" | "bodyLimit" | "errors">> = {},
): Route {
  const answers = { 200: z.record(z.string(), z.unknown()) };
  return route({
    method,
    path,
    summary: "Echo",
    access: anyone,
    params,
    answers,
    ...more,
    handle: ({ params }) => ({ ...params }),
  });
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Sends a request in process. `body`: text and forms as they are, anything else as JSON. */
export async function send(
  server: HttpServer,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const asIs = typeof body === "string" || body instanceof FormData || body instanceof URLSearchParams;
  const request = new Request(`http://api.example.org${path}`, {
    method,
    headers: { ...(body === undefined || asIs ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: asIs ? body : JSON.stringify(body) }),
  });
  return await reply(await server.handle(request));
}

export async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") && text !== "";
  const body: unknown = isJson ? JSON.parse(text) : text;
  return { status: response.status, body, headers: response.headers };
}

/** @returns the code in an error's body */
export const codeOf = ({ body }: Reply): unknown =>
  typeof body === "object" && body !== null && "code" in body ? body.code : null;

/** @returns the message in an error's body */
export const messageOf = ({ body }: Reply): string =>
  typeof body === "object" && body !== null && "message" in body ? String(body.message) : "";
