/**
 * How PostgreSQL's types are read and written, for raw SQL and drizzle alike. Type numbers are the catalogue's
 * (`SELECT oid, typname FROM pg_type`).
 */
export const wireTypes = {
  bigint: { to: 20, from: [20], parse: parseBigint, serialize: String },
  json: { to: 114, from: [114, 3802], parse: parseJson, serialize: encodeJson },
  date: { to: 1184, from: [1082, 1114, 1184], parse: parseDate, serialize: encodeDate },
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
