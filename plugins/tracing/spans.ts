import { type Attributes, SpanKind } from "@opentelemetry/api";
import {
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from "@opentelemetry/semantic-conventions";
import {
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
  ATTR_PROCESS_EXECUTABLE_NAME,
  ATTR_SERVICE_PEER_NAME,
  ATTR_URL_TEMPLATE,
  MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
} from "@opentelemetry/semantic-conventions/incubating";
import type { Observer, Observers } from "../../core";
import { querySummary } from "./query-summary";

/** How a piece of work is shown, by the semantic conventions of OpenTelemetry. */
export interface Shown {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

/** How its end is shown. */
export interface ShownEnd {
  readonly attributes?: Attributes;
  /** What went wrong, if it did: one of a bounded number of codes. */
  readonly error?: string | null;
}

type Begun<O> = O extends Observer<infer B, infer _> ? B : never;
type Ended<O> = O extends Observer<infer _, infer E> ? E : never;
type Kind = keyof Observers;
type Of<K extends Kind> = NonNullable<Observers[K]>;

/** How each kind of work is shown. Nothing in it is a value: no path, no parameter, no address. */
export const spans: {
  readonly [K in Kind]: { begun(begun: Begun<Of<K>>): Shown; ended(ended: Ended<Of<K>>): ShownEnd };
} = {
  request: {
    begun: ({ method, route }) => ({
      name: route === null ? method : `${method} ${route}`,
      kind: SpanKind.SERVER,
      attributes: { [ATTR_HTTP_REQUEST_METHOD]: method, ...(route === null ? {} : { [ATTR_HTTP_ROUTE]: route }) },
    }),
    ended: ({ status }) => ({
      attributes: { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status },
      error: status >= 500 ? String(status) : null,
    }),
  },
  statement: {
    begun({ text }) {
      const summary = querySummary(text);
      return {
        name: summary || DB_SYSTEM_NAME_VALUE_POSTGRESQL,
        kind: SpanKind.CLIENT,
        attributes: {
          [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
          ...(summary ? { [ATTR_DB_QUERY_SUMMARY]: summary } : {}),
        },
      };
    },
    ended: ({ error }) => ({
      attributes: error !== null && /^[0-9A-Z]{5}$/.test(error) ? { [ATTR_DB_RESPONSE_STATUS_CODE]: error } : {},
      error,
    }),
  },
  job: {
    begun: ({ name, attempt, waitedMilliseconds }) => ({
      name: `process ${name}`,
      kind: SpanKind.CONSUMER,
      attributes: {
        [ATTR_MESSAGING_SYSTEM]: "cocov",
        [ATTR_MESSAGING_DESTINATION_NAME]: name,
        [ATTR_MESSAGING_OPERATION_NAME]: "process",
        [ATTR_MESSAGING_OPERATION_TYPE]: MESSAGING_OPERATION_TYPE_VALUE_PROCESS,
        "cocov.job.attempt": attempt,
        "cocov.job.waited_ms": Math.round(waitedMilliseconds),
      },
    }),
    ended: ({ outcome }) => ({
      attributes: { "cocov.job.outcome": outcome },
      error: outcome === "failed" || outcome === "dead" || outcome === "held_up" ? outcome : null,
    }),
  },
  call: {
    begun({ kind, name }) {
      const [, method, template] = name.match(/^([A-Z]+) (\/.*|_OTHER)$/) ?? [];
      if (method && template)
        return {
          name: template === "_OTHER" ? method : name,
          kind: SpanKind.CLIENT,
          attributes: {
            [ATTR_HTTP_REQUEST_METHOD]: method,
            ...(template === "_OTHER" ? {} : { [ATTR_URL_TEMPLATE]: template }),
            [ATTR_SERVICE_PEER_NAME]: kind,
          },
        };
      return {
        name: `${kind} ${name}`,
        kind: SpanKind.CLIENT,
        attributes: kind === "git" ? { [ATTR_PROCESS_EXECUTABLE_NAME]: kind } : { [ATTR_SERVICE_PEER_NAME]: kind },
      };
    },
    ended: ({ error }) => ({
      attributes: error !== null && /^[1-5]\d\d$/.test(error) ? { [ATTR_HTTP_RESPONSE_STATUS_CODE]: Number(error) } : {},
      error,
    }),
  },
};
