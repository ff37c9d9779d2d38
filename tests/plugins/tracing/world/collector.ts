import { until } from "../../../system/world/until";
import { spansOfProtobuf } from "./protobuf";

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** 2 server, 3 client, 5 consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

/** A server that takes traces as collectors do. */
export interface Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  /** What was sent, byte for byte, unpacked. */
  readonly bodies: string[];
  readonly requests: { readonly path: string; readonly headers: Headers }[];
  /** Answers with this status from now on; `silent`: not at all. */
  behave(as: number | "silent"): void;
  /** Waits for a span. */
  received(which: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>;
  stop(): Promise<void>;
}

export function startCollector(): Collector {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const requests: Collector["requests"] = [];
  let behaviour: number | "silent" = 200;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const sent = await request.bytes();
      const bytes = request.headers.get("content-encoding") === "gzip" ? Bun.gunzipSync(sent) : sent;
      requests.push({ path: new URL(request.url).pathname, headers: request.headers });
      if (behaviour === "silent") return new Promise<Response>(() => undefined);
      if (behaviour >= 400) return new Response("Bearer of bad news", { status: behaviour });
      bodies.push(Buffer.from(bytes).toString("latin1"));
      const json = request.headers.get("content-type") === "application/json";
      spans.push(...(json ? spansOfJson(JSON.parse(Buffer.from(bytes).toString())) : spansOfProtobuf(bytes)));
      return json ? Response.json({}) : new Response(new Uint8Array());
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    spans,
    bodies,
    requests,
    behave: (as) => {
      behaviour = as;
    },
    async received(which) {
      await until(
        () => spans.some(which),
        () => `no such span: ${spans.map(({ name }) => name).join(", ")}`,
        15,
      );
      const [span] = spans.filter(which);
      if (!span) throw new Error("there is no such span");
      return span;
    },
    stop: () => server.stop(true),
  };
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface SentJson {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind: number;
        readonly attributes: readonly Attribute[];
        readonly status: { readonly code?: number };
      }[];
    }[];
  }[];
}

const plain = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.intValue === undefined ? Object.values(value)[0] : Number(value.intValue)]),
  );

function spansOfJson({ resourceSpans }: SentJson): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, kind, attributes, status }) => ({
        traceId,
        spanId,
        parentSpanId: parentSpanId || null,
        name,
        kind,
        attributes: plain(attributes),
        resource: plain(resource.attributes),
        failed: status.code === 2,
      })),
    ),
  );
}
