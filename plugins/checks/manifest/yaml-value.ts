import { type Document, isAlias, isCollection, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from "yaml";
import { plainScalar, type YamlScalar } from "./yaml-scalar";

/** What a YAML document says, aliases and merge keys resolved. Values that are aliased are shared, not copied. */
export type YamlValue = YamlScalar | readonly YamlValue[] | YamlMapping;
export type YamlMapping = ReadonlyMap<YamlValue, YamlValue>;

export type ReadYaml = { readonly ok: true; readonly value: YamlValue } | { readonly ok: false; readonly reason: string };

/** How many nodes and characters aliases may add to a document in all. */
const maxExpansion = 4 * 1024 * 1024;
const maxDepth = 100;

/**
 * Reads one YAML document. Refused are, besides what isn't YAML: several documents, repeated keys, tags other than those of
 * YAML's core schema, and aliases that expand to more than 4 Mi nodes and characters, or to themselves.
 * @returns the value (null for an empty text), or the reason with line and column
 */
export function readYaml(text: string): ReadYaml {
  // The library compares each key with all others; repeated keys are found here instead, in linear time.
  const document = parseDocument(text, { schema: "failsafe", resolveKnownTags: false, uniqueKeys: false, prettyErrors: false });
  const [error] = document.errors;
  if (error) return { ok: false, reason: at(text, error.pos[0], error.message) };
  try {
    return { ok: true, value: toValue(document) };
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { ok: false, reason: at(text, refusal.offset, refusal.message) };
  }
}

/** @returns whether the value is a YAML mapping */
export function isMapping(value: YamlValue | undefined): value is YamlMapping {
  return value instanceof Map;
}

class Refusal extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** A value, and how many nodes and characters it has, counted once for each time it is reached. */
interface Sized {
  readonly value: YamlValue;
  readonly size: number;
}

function toValue(document: Document.Parsed): YamlValue {
  const anchors = new Map<string, Sized>();
  let expansion = 0;
  return convert(document.contents, 0).value;

  function convert(node: unknown, depth: number): Sized {
    if (isAlias(node)) return expand(node.source, offsetOf(node));
    if (!isScalar(node) && !isCollection(node)) return { value: null, size: 1 };
    if (depth > maxDepth) throw new Refusal(offsetOf(node), `nested more than ${maxDepth} levels deep`);
    // An anchor is known after its node: an alias inside of it would never end.
    if (node.anchor) anchors.delete(node.anchor);
    const sized = isScalar(node) ? scalar(node.source ?? "", node.type === "PLAIN", node) : collection(node, depth);
    if (node.anchor) anchors.set(node.anchor, sized);
    return sized;
  }

  function expand(name: string, offset: number): Sized {
    const target = anchors.get(name);
    if (!target) throw new Refusal(offset, `the alias *${name} has no anchor before it`);
    expansion += target.size;
    if (expansion > maxExpansion) throw new Refusal(offset, `the alias *${name} makes the document too large`);
    return target;
  }

  function collection(node: Node, depth: number): Sized {
    refuseTag(node, isMap(node) ? "map" : "seq");
    if (isMap(node)) return mapping(node, depth);
    const items = isSeq(node) ? node.items.map((item) => convert(item, depth + 1)) : [];
    return { value: items.map((item) => item.value), size: items.reduce((sum, item) => sum + item.size, 1) };
  }

  function mapping(node: YAMLMap, depth: number): Sized {
    const entries = new Map<YamlValue, YamlValue>();
    let merged: readonly YamlMapping[] | null = null;
    let size = 1;
    for (const pair of node.items) {
      const key = convert(pair.key, depth + 1);
      const item = convert(pair.value, depth + 1);
      size += key.size + item.size;
      const merge = isMergeKey(pair.key);
      if (merge ? merged : entries.has(key.value)) {
        throw new Refusal(offsetOf(pair.key, node), `the key ${printKey(key.value)} is repeated`);
      }
      if (merge) merged = mergeSources(item.value, offsetOf(pair.key, node));
      else entries.set(key.value, item.value);
    }
    for (const source of merged ?? []) {
      for (const [key, value] of source) if (!entries.has(key)) entries.set(key, value);
    }
    return { value: entries, size };
  }
}

function scalar(text: string, plain: boolean, node: Node): Sized {
  const value = plain ? plainScalar(text) : text;
  const size = 1 + text.length;
  if (!node.tag) return { value, size };
  refuseTag(node, "str", "null", "bool", "int", "float");
  if (node.tag === coreTag("str")) return { value: text, size };
  const typed = plainScalar(text);
  if (node.tag !== coreTag(typeName(typed))) throw new Refusal(offsetOf(node), "the value doesn't fit its tag");
  return { value: typed, size };
}

function typeName(value: YamlScalar): string {
  if (value === null) return "null";
  const names: Readonly<Record<string, string>> = { boolean: "bool", bigint: "int", number: "float" };
  return names[typeof value] ?? "str";
}

function refuseTag(node: Node, ...accepted: readonly string[]): void {
  if (node.tag && !accepted.map(coreTag).includes(node.tag))
    throw new Refusal(offsetOf(node), `the tag ${node.tag} isn't accepted`);
}

function coreTag(name: string): string {
  return `tag:yaml.org,2002:${name}`;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<" && !key.tag;
}

/** Merge keys take one mapping or a list of them, of which the first to have a key gives its value. */
function mergeSources(value: YamlValue, offset: number): readonly YamlMapping[] {
  const sources: readonly YamlValue[] = Array.isArray(value) ? value : [value];
  return sources.map((source) => {
    if (!isMapping(source)) throw new Refusal(offset, "only mappings can be merged with <<");
    return source;
  });
}

function printKey(key: YamlValue): string {
  return typeof key === "object" && key !== null ? "of several values" : String(key);
}

function offsetOf(node: unknown, otherwise?: Node): number {
  const known = isScalar(node) || isAlias(node) || isCollection(node) ? node : otherwise;
  return known?.range?.[0] ?? 0;
}

function at(text: string, offset: number, message: string): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `line ${line}, column ${offset - before.lastIndexOf("\n")}: ${message}`;
}
