/** The header that carries a request's id in and out. */
export const requestIdHeader = "x-request-id";

const accepted = /^[A-Za-z0-9._-]{1,128}$/;

/** @returns the id the caller gave the request, or a new one when there is none that is fit for a log */
export function requestId(request: Request): string {
  const given = request.headers.get(requestIdHeader);
  return given !== null && accepted.test(given) ? given : crypto.randomUUID();
}
