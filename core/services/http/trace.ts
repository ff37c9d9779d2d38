/** Version 00 with ids that aren't all zeros (https://www.w3.org/TR/trace-context/#traceparent-header-field-values). */
const wellFormed = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** @returns the trace that the caller says its request is part of; null when it says none, or in another form */
export function traceOf(request: Request): string | null {
  const sent = request.headers.get("traceparent");
  return sent !== null && wellFormed.test(sent) ? sent : null;
}
