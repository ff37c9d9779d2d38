import type { ISql, JSONValue, Parameter } from "postgres";
import type { SqlTypes } from "./types";

/** Type number of `jsonb`. */
const jsonb = 3802;

/**
 * What `sql.json(value)` does here: it encodes at once. postgres.js leaves encoding to the serializer, which takes strings
 * as encoded already (see {@link wireTypes}), so a string would arrive without its quotes.
 */
export function jsonParameter(sql: ISql<SqlTypes>, value: JSONValue): Parameter {
  return sql.typed(JSON.stringify(value), jsonb);
}
