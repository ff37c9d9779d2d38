import type { ArrayParameter, ISql } from "postgres";
import type { SqlTypes } from "./types";

/** How one element is read and written; text where a function is missing. */
type Element = { parse?: (text: string) => unknown; serialize?: (value: unknown) => string };

/** A type of arrays as postgres.js takes it. */
type ArrayType = { to: number; from: number[]; parse: (text: string) => unknown; serialize: (value: unknown) => string };

/**
 * Makes the type of arrays of `element`. Declared rather than asked of the server: postgres.js asks once a connection, and goes
 * on without any when that fails.
 * @param number the array type's number, `typarray` in `pg_type`
 */
export function arrayOf(number: number, { parse = (text) => text, serialize = String }: Element = {}): ArrayType {
  return {
    to: number,
    from: [number],
    parse: (text) => parseArray(text, parse),
    serialize: (value) => (Array.isArray(value) ? serializeArray(value, serialize) : String(value)),
  };
}

/** Array types by what `sql.array` finds in them. */
const numbers = { text: 1009, boolean: 1000, date: 1185, bigint: 1016, bytes: 1001 };

/** What `sql.array(values)` does here: it knows the type by the first value; text if that tells none. */
export function arrayParameter<T extends readonly unknown[]>(sql: ISql<SqlTypes>, values: T, type?: number): ArrayParameter<T> {
  return Object.assign(sql.typed(values, type ?? numbers[kindOf(values[0])]), { array: true as const });
}

function kindOf(value: unknown): keyof typeof numbers {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "bigint") return "bigint";
  if (value instanceof Date) return "date";
  return value instanceof Uint8Array ? "bytes" : "text";
}

function serializeArray(values: readonly unknown[], serialize: (value: unknown) => string): string {
  const elements = values.map((value) => {
    if (value === null) return "NULL";
    if (Array.isArray(value)) return serializeArray(value, serialize);
    if (value === undefined) throw new TypeError("undefined in an array that goes to the database; null is meant?");
    return `"${serialize(value).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${elements.join(",")}}`;
}

/** One brace, comma, quoted or bare element. */
const token = /[{},]|"(?:[^"\\]|\\.)*"|[^{},"]+/gs;

/**
 * Reads what PostgreSQL writes for an array; bounds before it (`[0:1]={...}`) are left out.
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
function parseArray(text: string, parse: (text: string) => unknown): unknown[] {
  const root: unknown[] = [];
  const open = [root];
  for (const [found] of text.slice(text.indexOf("{")).matchAll(token)) {
    const current = open.at(-1) ?? root;
    if (found === "{") {
      const inner: unknown[] = [];
      current.push(inner);
      open.push(inner);
    } else if (found === "}") open.pop();
    else if (found.startsWith('"')) current.push(parse(found.slice(1, -1).replace(/\\(.)/gs, "$1")));
    else if (found !== ",") current.push(found === "NULL" ? null : parse(found));
  }
  const [array] = root;
  if (!Array.isArray(array)) throw new TypeError("The database sent no array where one was expected.");
  return array;
}
