import { ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "pino";

/** An exporter that says in the log once that the collector takes no spans, and once that it takes them again. */
export interface ToldExporter extends SpanExporter {
  /** Whether the last batch was taken, as far as one was sent. */
  works(): boolean;
}

/** @param exporter what it sends with; its errors aren't shown as they are, for they hold what the collector answered */
export function toldExporter(exporter: SpanExporter, log: Logger): ToldExporter {
  let lost = 0;
  return {
    works: () => lost === 0,
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) {
          if (lost === 0)
            log.warn(
              { reason: reasonOf(result.error) },
              "the collector takes no spans: they are dropped until it does; nothing else is affected",
            );
          lost += spans.length;
        } else if (lost > 0) {
          log.info({ lost }, "the collector takes spans again");
          lost = 0;
        }
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

/** @returns a status, the code of a network error, or what kind of error it is */
function reasonOf(error: Error | undefined): string {
  if (error === undefined) return "unknown";
  const code = "code" in error ? error.code : undefined;
  return typeof code === "number" || typeof code === "string" ? String(code) : error.name;
}
