import { ApiError } from "./errors";
import { requestIdHeader } from "./request-id";

/** Stops browsers from taking JSON for something else. */
const nosniff = "nosniff";

export function jsonAnswer(body: unknown, status: number, requestId: string): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", [requestIdHeader]: requestId, "x-content-type-options": nosniff },
  });
}

/** No body, and no `Content-Type`. */
export function emptyAnswer(status: number, requestId: string): Response {
  return new Response(null, { status, headers: { [requestIdHeader]: requestId } });
}

export function errorAnswer({ code, message, status, headers }: ApiError, requestId: string): Response {
  const response = jsonAnswer({ code, message }, status, requestId);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}

/** What a client learns of a failure of the platform: nothing but where to look for it. */
export function internalError(requestId: string): ApiError {
  return new ApiError("internal_error", 500, `The platform failed to answer this request; its log has more under ${requestId}`);
}
