import { hostname } from "node:os";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import { ATTR_HOST_NAME, ATTR_PROCESS_PID } from "@opentelemetry/semantic-conventions/incubating";
import type { Logger } from "pino";
import type { Observers } from "../../core";
import { createObservers } from "./observers";
import { samplerOf } from "./sampler";
import type { TracingSettings } from "./settings";
import { toldExporter } from "./told-exporter";

/** Loaded only when traces are made: the packages of OpenTelemetry take their time. */
export interface Tracing {
  readonly observers: Required<Observers>;
  /** Sends what is left, for so long at most; what isn't taken by then is dropped. */
  stop(withinMs: number): Promise<void>;
}

interface Options {
  readonly settings: TracingSettings;
  /** Where spans are sent. */
  readonly url: string;
  readonly version: string | null;
  readonly role: string;
  readonly log: Logger;
}

/** Makes spans and sends them in batches. The queue is bounded, and whoever works waits for none of it. */
export function startTracing({ settings, url, version, role, log }: Options): Tracing {
  const { protocol, headers, timeout, compression, serviceName, resourceAttributes } = settings;
  const Exporter = protocol === "http/json" ? JsonExporter : ProtobufExporter;
  const exporter = toldExporter(
    new Exporter({
      url,
      headers,
      timeoutMillis: timeout,
      compression: compression === "gzip" ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    }),
    log,
  );
  const resource = defaultResource().merge(
    resourceFromAttributes({
      [ATTR_SERVICE_NAME]: "cocov",
      [ATTR_SERVICE_INSTANCE_ID]: crypto.randomUUID(),
      [ATTR_HOST_NAME]: hostname(),
      [ATTR_PROCESS_PID]: process.pid,
      "cocov.role": role,
      ...(version === null ? {} : { [ATTR_SERVICE_VERSION]: version }),
      ...resourceAttributes,
      ...(serviceName === undefined ? {} : { [ATTR_SERVICE_NAME]: serviceName }),
    }),
  );
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: settings.queueSize,
    maxExportBatchSize: Math.min(settings.batchSize, settings.queueSize),
    scheduledDelayMillis: settings.delay,
    exportTimeoutMillis: timeout + 1000,
  });
  const provider = new TracerProvider({ resource, sampler: samplerOf(settings), spanProcessors: [processor] });
  return {
    observers: createObservers(provider.getTracer("cocov", version ?? undefined)),
    async stop(withinMs) {
      const late = Promise.withResolvers<void>();
      // A collector that is known to be away isn't waited for.
      const timer = setTimeout(late.resolve, exporter.works() ? withinMs : Math.min(withinMs, 500));
      await Promise.race([provider.shutdown().catch(() => undefined), late.promise]);
      clearTimeout(timer);
    },
  };
}
