import { coreErrors } from "./errors";

/** Named values as they arrived. Look them up with `Object.hasOwn`: senders choose the names, `__proto__` included. */
export type Fields = Readonly<Record<string, unknown>>;

export const noFields: Fields = Object.freeze(Object.create(null));

/** More than any client sends, few enough to be cheap. */
const maxFields = 1000;

/**
 * Reads a query string or URL-encoded form (https://url.spec.whatwg.org/#application/x-www-form-urlencoded). The last of several
 * values of one name counts.
 *
 * @param encoded without a leading `?`
 * @param mode `tolerant` takes broken percent-encoding as it stands, as URLs do; `strict` refuses it
 * @throws ApiError `request.malformed`
 */
export function parseForm(encoded: string, mode: "strict" | "tolerant"): Fields {
  if (encoded === "") return noFields;
  const pairs = encoded.split("&");
  if (pairs.length > maxFields) {
    throw coreErrors.fail("request.malformed", `The request has more than ${maxFields} parameters`);
  }
  const fields: Record<string, unknown> = Object.create(null);
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), mode);
    fields[name] = equals < 0 ? "" : decode(pair.slice(equals + 1), mode);
  }
  return fields;
}

/** @returns the decoded name in one `name=value` of a query string */
export function fieldName(pair: string): string {
  const equals = pair.indexOf("=");
  return decode(equals < 0 ? pair : pair.slice(0, equals), "tolerant");
}

function decode(encoded: string, mode: "strict" | "tolerant"): string {
  const spaced = encoded.includes("+") ? encoded.replaceAll("+", " ") : encoded;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    if (mode === "strict") throw coreErrors.fail("request.malformed", "The form has broken percent-encoding");
    return new URLSearchParams(`_=${encoded}`).get("_") ?? "";
  }
}
