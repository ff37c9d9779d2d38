import { createHmac } from "node:crypto";
import fc from "fast-check";
import type { Operation } from "./operations";
import { junk, mostly, objectsOf, text, valuesOf } from "./values";

/** What exists, by the name of the parameter that asks for it. */
export type Known = Readonly<Record<string, readonly (string | number)[]>>;

interface Surroundings {
  readonly known: Known;
  /** Values of `Authorization`; null for none. */
  readonly callers: readonly (string | null)[];
  readonly webhookSecret: string;
}

/** @returns requests for an operation: from well-formed ones about things that exist to pure noise */
export function requestsFor(operation: Operation, { known, callers, webhookSecret }: Surroundings): fc.Arbitrary<Request> {
  const { method, path, parameters, body } = operation;
  const inPath = parameters.filter((parameter) => parameter.in === "path");
  const elsewhere = {
    ...Object.fromEntries(parameters.filter((one) => one.in === "query").map((one) => [one.name, one.schema])),
    ...body,
  };
  const knownOr = (name: string, usual: fc.Arbitrary<unknown>) => {
    const existing = known[name];
    return existing ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom<unknown>(...existing) }, usual) : usual;
  };
  const segments = fc.record(
    Object.fromEntries(inPath.map(({ name, schema }) => [name, knownOr(name, mostly(valuesOf(schema))).map(segment)])),
  );
  const fields = objectsOf(elsewhere).chain((drawn) =>
    fc
      .record(Object.fromEntries(Object.keys(drawn).map((name) => [name, knownOr(name, fc.constant(drawn[name]))])))
      .map((chosen) => ({ ...chosen, ...("wait" in chosen ? { wait: impatient(chosen.wait) } : {}) })),
  );
  return fc
    .record({ segments, fields, query: fields, form: bodies, caller: fc.constantFrom(...callers), noise: headers })
    .map(({ segments, fields, query, form, caller, noise }) => {
      const target = path.replace(/\{(\w+)\}/g, (_whole, name: string) => segments[name] ?? "");
      const search = new URLSearchParams(
        Object.entries(method === "GET" || method === "DELETE" ? query : {}).map(([name, value]) => [name, plain(value)]),
      );
      const encoded = method === "GET" ? null : encode(form, fields);
      const request = new Headers(noise);
      if (encoded?.type) request.set("content-type", encoded.type);
      if (caller !== null) request.set("authorization", caller);
      if (target.endsWith("/github/events") && encoded) {
        const signature = createHmac("sha256", webhookSecret).update(encoded.body).digest("hex");
        request.set("x-hub-signature-256", `sha256=${signature}`);
        if (!request.has("x-github-event")) request.set("x-github-event", "push");
      }
      const url = `http://api.example.org${target}${search.size > 0 ? `?${search}` : ""}`;
      return new Request(url, { method, headers: request, ...(encoded ? { body: encoded.body } : {}) });
    });
}

/** No dots alone (they would be another path) and nothing empty (so would that). */
function segment(value: unknown): string {
  const given = plain(value).toWellFormed();
  return given === "" || /^\.{1,2}$/.test(given) ? "%20" : encodeURIComponent(given.slice(0, 1000));
}

const plain = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? "null"));

/** Nobody waits here: a Worker may be kept waiting for half a minute. */
const impatient = (wait: unknown): unknown => (/[1-9]/.test(plain(wait)) ? 0 : wait);

type Body = { kind: "json" | "form" | "multipart" } | { kind: "noise"; type: string; bytes: Uint8Array };

const bodies: fc.Arbitrary<Body> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Body>({ kind: "json" }) },
  { weight: 1, arbitrary: fc.constant<Body>({ kind: "form" }) },
  { weight: 1, arbitrary: fc.constant<Body>({ kind: "multipart" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("noise" as const),
      type: fc.constantFrom(
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "text/plain",
        "",
      ),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        junk.map((value) => new TextEncoder().encode(plain(value))),
      ),
    }),
  },
);

function encode(form: Body, fields: Record<string, unknown>): { type: string; body: string | Uint8Array<ArrayBuffer> } {
  if (form.kind === "noise") return { type: form.type, body: new Uint8Array(form.bytes) };
  if (form.kind === "json") return { type: "application/json", body: JSON.stringify(fields) };
  if (form.kind === "form") {
    const pairs = Object.entries(fields).map(([name, value]) => [name, plain(value)]);
    return { type: "application/x-www-form-urlencoded", body: new URLSearchParams(Object.fromEntries(pairs)).toString() };
  }
  const parts = Object.entries(fields).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${plain(value).toWellFormed()}\r\n`,
  );
  return { type: "multipart/form-data; boundary=b", body: `${parts.join("")}--b--\r\n` };
}

const headerText = text.map((value) => value.replace(/[^\x20-\x7e]/g, "").trim());
const headers: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.constantFrom(
    "accept",
    "x-request-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "range",
    "if-none-match",
    "x-github-event",
    "x-github-delivery",
  ),
  headerText,
);
