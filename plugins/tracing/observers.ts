import { ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { ATTR_ERROR_TYPE } from "@opentelemetry/semantic-conventions";
import type { Observer, Observers, Surroundings } from "../../core";
import { type Shown, type ShownEnd, spans } from "./spans";
import { spanContextOf, traceparentOf } from "./traceparent";

/** Asked every few seconds by machines; what they cause is nobody's work. */
const notTraced = /^\/(?:system\/probes\/|metrics$)/;

/**
 * Makes a span of each piece of work, part of the span that the work is part of. Statements and calls that are part of none get none
 * either: they are what the platform does all the time to see whether there is work.
 */
export function createObservers(tracer: Tracer): Required<Observers> {
  const request = shownAs(spans.request, tracer, true);
  const statement = shownAs(spans.statement, tracer);
  const call = shownAs(spans.call, tracer);
  return {
    request(begun, surroundings) {
      if (begun.route === null || !notTraced.test(begun.route)) return request(begun, surroundings);
      surroundings.trace = null;
    },
    statement(begun, surroundings) {
      if (surroundings.trace !== null) return statement(begun, surroundings);
    },
    job: shownAs(spans.job, tracer),
    call(begun, surroundings) {
      if (surroundings.trace !== null) return call(begun, surroundings);
    },
  };
}

/** @param fromOutside whether the span that it is part of may be somebody else's */
function shownAs<Begun, Ended>(
  { begun: show, ended: showEnd }: { begun(begun: Begun): Shown; ended(ended: Ended): ShownEnd },
  tracer: Tracer,
  fromOutside = false,
): (begun: Begun, surroundings: Surroundings) => ReturnType<Observer<Begun, Ended>> {
  return (begun, surroundings) => {
    const { name, kind, attributes } = show(begun);
    const parent = surroundings.trace;
    const within = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent, fromOutside));
    const { requestId } = surroundings.act;
    const span = tracer.startSpan(
      name,
      { kind, attributes: requestId === null ? attributes : { ...attributes, "cocov.request_id": requestId } },
      within,
    );
    surroundings.trace = traceparentOf(span.spanContext());
    if (!span.isRecording()) return;
    return (ended: Ended) => {
      const { attributes: found, error } = showEnd(ended);
      if (found) span.setAttributes(found);
      if (error) span.setAttribute(ATTR_ERROR_TYPE, error).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    };
  };
}
