import { z } from "zod";
import { parameter } from "../../../core";
import { type EntryReference, type ListOrder, listOrders, type NewEntry } from "../entries";
import { errors } from "../errors";

/** Characters of a hash, and of an engine's name: what an index holds of them, whatever they are. */
const longestHash = 512;
const longestEngine = 64;

const engine = parameter
  .text({ missing: "cache.missing_engine" })
  .max(longestEngine)
  .meta({ description: "Where the Cache service keeps it", example: "local" });

/** What is tested after the repository was looked for, so by the handler. */
const later = (example: string) => parameter.text().optional().meta({ example });

export const listParameters = { engine, order: later("created_at").describe("`created_at`, the newest first, or `stale`") };

export const entryParameters = {
  engine,
  name_hash: parameter.text().meta({ example: "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33" }),
};

export const newEntryParameters = {
  engine,
  name: later("node_modules.tar"),
  name_hash: parameter.text().max(longestHash).optional().meta({ example: "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33" }),
  size: later("1024").describe("Bytes"),
  mime: later("application/octet-stream"),
};

/** Codes that {@link readOrder} and {@link readNewEntry} refuse with. */
export const orderErrors = ["cache.invalid_order"];
export const newEntryErrors = [
  "cache.missing_name",
  "cache.missing_name_hash",
  "cache.missing_size",
  "cache.invalid_size",
  "cache.missing_mime",
];

/** @throws `cache.invalid_order` */
export function readOrder(given: string | undefined): ListOrder {
  const order = listOrders.find((known) => known === (given ?? "created_at"));
  if (!order) throw errors.fail("cache.invalid_order");
  return order;
}

/** @throws the first of {@link newEntryErrors} that is so */
export function readNewEntry(given: Given): NewEntry {
  const { engine, name, name_hash: nameHash, size, mime } = given;
  if (name === undefined) throw errors.fail("cache.missing_name");
  if (nameHash === undefined) throw errors.fail("cache.missing_name_hash");
  if (size === undefined) throw errors.fail("cache.missing_size");
  const bytes = /^\d+$/.test(size) ? Number(size) : 0;
  if (bytes < 1 || !Number.isSafeInteger(bytes)) throw errors.fail("cache.invalid_size");
  if (mime === undefined) throw errors.fail("cache.missing_mime");
  return { engine, name, nameHash, size: bytes, mime };
}

const allOf = z.object(newEntryParameters);
type Given = z.output<typeof allOf>;

/**
 * Which entry a path means. The Cache service registers what stands in a plugin's request as it came, percent-encoded, and puts the same
 * text into paths as it is; so what it registered is found there before what it says decoded.
 * @param url of the request
 * @param position of the hash among the path's segments
 */
export function referenceIn(url: URL, position: number, { engine, name_hash }: z.output<typeof found>): EntryReference {
  const written = url.pathname.split("/").filter((segment) => segment !== "")[position];
  return { engine, nameHashes: written === undefined || written === name_hash ? [name_hash] : [written, name_hash] };
}

const found = z.object(entryParameters);
