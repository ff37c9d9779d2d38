import { arrayOf } from "./array-types";

const bigint = { parse: parseBigint, serialize: String };
const json = { parse: parseJson, serialize: encodeJson };
const date = { parse: parseDate, serialize: encodeDate };
const boolean = { parse: (text: string) => text === "t", serialize: (value: unknown) => (value === true ? "t" : "f") };
const number = { parse: Number, serialize: String };
const bytes = { parse: parseBytes, serialize: encodeBytes };

/**
 * How PostgreSQL's types are read and written, for raw SQL and drizzle alike. Type numbers are the catalogue's
 * (`SELECT oid, typname, typarray FROM pg_type`). An array of any other type arrives as PostgreSQL's text for it, and goes in as a cast
 * of one of these (`${names}::text[]::citext[]`).
 */
export const wireTypes = {
  bigint: { to: 20, from: [20], ...bigint },
  json: { to: 114, from: [114, 3802], ...json },
  date: { to: 1184, from: [1082, 1114, 1184], ...date },
  booleans: arrayOf(1000, boolean),
  byteas: arrayOf(1001, bytes),
  names: arrayOf(1003),
  smallints: arrayOf(1005, number),
  integers: arrayOf(1007, number),
  texts: arrayOf(1009),
  varchars: arrayOf(1015),
  bigints: arrayOf(1016, bigint),
  reals: arrayOf(1021, number),
  doubles: arrayOf(1022, number),
  timestamps: arrayOf(1115, date),
  dates: arrayOf(1182, date),
  timestamptzs: arrayOf(1185, date),
  numerics: arrayOf(1231),
  uuids: arrayOf(2951),
  jsons: arrayOf(199, json),
  jsonbs: arrayOf(3807, json),
};

function parseBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`The bigint ${text} doesn't fit a JavaScript number; select it as ::text.`);
  }
  return value;
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** Strings count as encoded already: drizzle's json columns and `sql.json` hand over encoded text. */
function encodeJson(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function parseDate(text: string): Date {
  return new Date(text);
}

/** Strings pass unread, so that a timestamp read as text keeps its microseconds. */
function encodeDate(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function parseBytes(text: string): Buffer {
  return Buffer.from(text.slice(2), "hex");
}

function encodeBytes(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new TypeError("Bytes go to the database as a Uint8Array.");
  return `\\x${Buffer.from(value).toString("hex")}`;
}
