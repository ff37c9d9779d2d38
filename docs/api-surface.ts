import { type JsonObject, objectOf } from "../core/services/http/openapi/schemas";

/** A change that callers were told of. `change` is a line of the surface, or the beginning of several with `*` at its end. */
export interface AnnouncedChange {
  readonly change: string;
  /** The release that brings it. */
  readonly version: string;
  readonly why: string;
}

const methods = ["get", "post", "put", "patch", "delete", "head"];

/**
 * What callers may rely on, a line each: `GET /v1/things`, what it `takes` and `needs`, and which fields and error codes it `answers`.
 * @returns the lines, sorted
 */
export function surfaceOf(document: unknown): string[] {
  const root = objectOf(document);
  const shared = objectOf(objectOf(root.components).schemas);
  const lines = new Set<string>();
  for (const [path, item] of Object.entries(objectOf(root.paths))) {
    for (const [method, operation] of Object.entries(objectOf(item))) {
      if (methods.includes(method)) addOperation(lines, `${method.toUpperCase()} ${path}`, objectOf(operation), shared);
    }
  }
  return [...lines].sort();
}

function addOperation(lines: Set<string>, name: string, operation: JsonObject, shared: JsonObject): void {
  lines.add(name);
  for (const given of listOf(operation.parameters)) {
    const parameter = objectOf(given);
    lines.add(`${name} takes ${String(parameter.in)} ${String(parameter.name)}`);
    if (parameter.required === true) lines.add(`${name} needs ${String(parameter.in)} ${String(parameter.name)}`);
  }
  for (const content of Object.values(objectOf(objectOf(operation.requestBody).content))) {
    const schema = resolved(objectOf(content).schema, shared);
    const required = listOf(schema.required);
    for (const field of Object.keys(objectOf(schema.properties))) {
      lines.add(`${name} takes body ${field}`);
      if (required.includes(field)) lines.add(`${name} needs body ${field}`);
    }
  }
  for (const [status, response] of Object.entries(objectOf(operation.responses))) {
    lines.add(`${name} answers ${status}`);
    for (const content of Object.values(objectOf(objectOf(response).content))) {
      addFields(lines, `${name} answers ${status}`, "", objectOf(content).schema, shared, []);
    }
  }
}

/** @param within names of shared schemas that this one is part of: some contain themselves */
function addFields(
  lines: Set<string>,
  answer: string,
  place: string,
  schema: unknown,
  shared: JsonObject,
  within: readonly string[],
): void {
  const reference = objectOf(schema).$ref;
  if (typeof reference === "string" && within.includes(reference)) return;
  const inside = typeof reference === "string" ? [...within, reference] : within;
  const own = resolved(schema, shared);
  for (const one of [...listOf(own.anyOf), ...listOf(own.oneOf), ...listOf(own.allOf)]) {
    addFields(lines, answer, place, one, shared, inside);
  }
  if (own.items !== undefined) addFields(lines, answer, `${place}[]`, own.items, shared, inside);
  const codes = objectOf(objectOf(own.properties).code).enum;
  if (place === "" && Array.isArray(codes)) for (const code of codes) lines.add(`${answer} code ${String(code)}`);
  for (const [field, part] of Object.entries(objectOf(own.properties))) {
    const at = place === "" ? field : `${place}.${field}`;
    lines.add(`${answer} ${at}: ${typeOf(part, shared)}`);
    addFields(lines, answer, at, part, shared, inside);
  }
}

function typeOf(schema: unknown, shared: JsonObject): string {
  const own = resolved(schema, shared);
  const several = [...listOf(own.anyOf), ...listOf(own.oneOf)].map((one) => typeOf(one, shared));
  const types =
    several.length > 0 ? several : [own.type ?? (own.const === undefined ? "any" : typeof own.const)].flat().map(String);
  return [...new Set(types)].sort().join("|");
}

function resolved(schema: unknown, shared: JsonObject): JsonObject {
  const own = objectOf(schema);
  return typeof own.$ref === "string" ? objectOf(shared[own.$ref.split("/").at(-1) ?? ""]) : own;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * Compares what callers relied on with what they find now.
 * @returns lines that are gone, and parameters that are needed now by operations that there were
 */
export function breakingChanges(before: readonly string[], now: readonly string[]): string[] {
  const [former, present] = [new Set(before), new Set(now)];
  const gone = before.filter((line) => !present.has(line) && !line.includes(" needs "));
  const operations = new Set(gone.filter((line) => line.split(" ").length === 2));
  const ofThose = (line: string) => operations.has(line.split(" ", 2).join(" "));
  const needed = now.filter(
    (line) => line.includes(" needs ") && !former.has(line) && former.has(line.split(" ", 2).join(" ")),
  );
  // That an operation is gone says all of it.
  return [...gone.filter((line) => operations.has(line) || !ofThose(line)), ...needed];
}

/** @returns those changes that nobody announced, and announcements that nothing came of */
export function unannounced(
  changes: readonly string[],
  announced: readonly AnnouncedChange[],
): { changes: string[]; stale: string[] } {
  const covers = ({ change }: AnnouncedChange, line: string) =>
    change.endsWith("*") ? line.startsWith(change.slice(0, -1)) : line === change;
  return {
    changes: changes.filter((line) => !announced.some((one) => covers(one, line))),
    stale: announced.filter((one) => !changes.some((line) => covers(one, line))).map(({ change }) => change),
  };
}
