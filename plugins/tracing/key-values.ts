import { z } from "zod";

/**
 * Pairs as the variables of OpenTelemetry hold them: `key=value,key=value`, values percent-encoded where they have to be
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables).
 */
export const keyValues = z
  .string()
  .transform((given, context) => {
    const pairs = given.split(",").filter((pair) => pair.trim() !== "");
    const read = pairs.map(pairOf);
    if (read.every((pair) => pair !== null)) return Object.fromEntries(read);
    // What is wrong isn't told: it may be a credential.
    context.addIssue({ code: "custom", message: "one of the pairs has no key, no = or a % that begins no escape" });
    return z.NEVER;
  })
  .describe("KEY=VALUE, several separated by commas, percent-encoded");

function pairOf(pair: string): [key: string, value: string] | null {
  const equals = pair.indexOf("=");
  if (equals < 0) return null;
  try {
    const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)].map((part) => decodeURIComponent(part.trim()));
    return key ? [key, value ?? ""] : null;
  } catch {
    return null;
  }
}
