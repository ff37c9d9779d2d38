import { ApiError } from "./errors";
import { requestIdHeader } from "./request-id";

/** Stops browsers from taking JSON for something else. */
const nosniff = "nosniff";

/** @param text JSON */
export function jsonAnswer(
  text: string,
  status: number,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, {
    status,
    headers: {
      "content-type": "application/json",
      [requestIdHeader]: requestId,
      "x-content-type-options": nosniff,
      ...headers,
    },
  });
}

/** No body, and no `Content-Type`. */
export function emptyAnswer(status: number, requestId: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status, headers: { [requestIdHeader]: requestId, ...headers } });
}

export function errorAnswer({ code, message, status, headers }: ApiError, requestId: string): Response {
  return jsonAnswer(JSON.stringify({ code, message }), status, requestId, headers);
}

/** What a client learns of a failure of the platform: nothing but where to look for it. */
export function internalError(requestId: string): ApiError {
  return new ApiError("internal_error", 500, `The platform failed to answer this request; its log has more under ${requestId}`);
}
