import { isTrace } from "../observation/trace";

/** @returns the trace that the caller says its request is part of; null when it says none, or in another form */
export function traceOf(request: Request): string | null {
  const sent = request.headers.get("traceparent");
  return sent !== null && isTrace(sent) ? sent : null;
}
