import { z } from "zod";
import { flag, setting, settingText, wholeNumber } from "../../core";
import { keyValues } from "./key-values";

const protocols = "http/protobuf or http/json";
const protocol = z.enum(["http/protobuf", "http/json"]);
const compression = z.enum(["none", "gzip"]);
const endpoint = settingText.refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
});
const milliseconds = wholeNumber(1, 600_000);

/**
 * The variables that OpenTelemetry gives every program
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). Those for traces go before those for everything.
 */
export const settings = z.object({
  sdkDisabled: setting(flag.default(false), {
    env: "OTEL_SDK_DISABLED",
    summary: "no traces, whatever else is set",
  }),
  exporter: setting(z.enum(["otlp", "none"]).default("otlp"), {
    env: "OTEL_TRACES_EXPORTER",
    summary: "where traces go; none: nowhere",
    accepts: "otlp or none",
  }),
  endpoint: setting(endpoint.optional(), {
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    summary: "a collector's address, to which /v1/traces is added; no traces are made without one",
    accepts: "an http:// or https:// URL without credentials, which belong into the headers",
    // Some collectors are told apart by a token in the path.
    secret: true,
  }),
  tracesEndpoint: setting(endpoint.optional(), {
    env: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    summary: "the address for traces as it is, instead of a collector's",
    accepts: "an http:// or https:// URL without credentials, which belong into the headers",
    // Some collectors are told apart by a token in the path.
    secret: true,
  }),
  headers: setting(keyValues.optional(), {
    env: ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"],
    summary: "headers for the collector, such as its credentials",
    secret: true,
  }),
  protocol: setting(protocol.default("http/protobuf"), {
    env: ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"],
    summary: "how traces are sent",
    accepts: protocols,
  }),
  compression: setting(compression.default("none"), {
    env: ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"],
    summary: "whether traces are compressed on their way",
    accepts: "none or gzip",
  }),
  timeout: setting(milliseconds.default(10_000), {
    env: ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"],
    summary: "milliseconds that the collector has for one batch, repetitions included",
  }),
  serviceName: setting(settingText.optional(), {
    env: "OTEL_SERVICE_NAME",
    summary: "the service's name in traces; cocov unless it or the resource's attributes say otherwise",
  }),
  resourceAttributes: setting(keyValues.default({}), {
    env: "OTEL_RESOURCE_ATTRIBUTES",
    summary: "what else traces say of this process, such as deployment.environment.name=production",
  }),
  sampler: setting(
    z
      .enum([
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
      ])
      .default("parentbased_always_on"),
    {
      env: "OTEL_TRACES_SAMPLER",
      summary: "which traces are recorded; parentbased: those that the caller records, and of others these",
      accepts: "always_on, always_off or traceidratio, each also with parentbased_ before it",
    },
  ),
  samplerRatio: setting(z.coerce.number().min(0).max(1).default(1), {
    env: "OTEL_TRACES_SAMPLER_ARG",
    summary: "which part of traces traceidratio records",
    accepts: "a number from 0 to 1",
  }),
  queueSize: setting(wholeNumber(1, 100_000).default(2048), {
    env: "OTEL_BSP_MAX_QUEUE_SIZE",
    summary: "spans that wait to be sent at most; what comes on top is dropped",
  }),
  batchSize: setting(wholeNumber(1, 10_000).default(512), {
    env: "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    summary: "spans that are sent at once at most",
  }),
  delay: setting(milliseconds.default(5000), {
    env: "OTEL_BSP_SCHEDULE_DELAY",
    summary: "milliseconds after which spans are sent, though they don't fill a batch",
  }),
});

export type TracingSettings = z.output<typeof settings>;

/** @returns where traces go; null when none are to be made */
export function tracesUrl({ sdkDisabled, exporter, endpoint, tracesEndpoint }: TracingSettings): string | null {
  if (sdkDisabled || exporter === "none") return null;
  if (tracesEndpoint) return tracesEndpoint;
  return endpoint ? `${endpoint.replace(/\/+$/, "")}/v1/traces` : null;
}
