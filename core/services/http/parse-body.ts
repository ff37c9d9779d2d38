import { isJson, mediaType } from "./content-type";
import { type ApiError, coreErrors } from "./errors";
import { type Fields, noFields, parseForm } from "./form";
import { isStorable, storableText } from "./storable-text";

/** What becomes of texts that PostgreSQL can't store. */
export type UnstorableText = "refuse" | "replace" | "keep";

const utf8 = new TextDecoder("utf-8", { fatal: true });
// Only JSON that has one of these can hold text that isn't storable, and few bodies do.
const suspiciousEscape = /\\u(?:0000|[dD][89a-fA-F])/;

/**
 * Reads the parameters in a body: a JSON object, a URL-encoded form or a multipart form. An empty body has none, whatever its
 * content type says, and a body of another content type has none either.
 *
 * @param unstorable what becomes of texts in a JSON body that can't be stored
 * @throws ApiError `request.malformed`
 */
export async function parseBody(
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
  unstorable: UnstorableText = "refuse",
): Promise<Fields> {
  if (bytes.length === 0) return noFields;
  const type = mediaType(request);
  if (isJson(type)) return parseJson(decode(bytes), unstorable);
  if (type === "application/x-www-form-urlencoded") return parseForm(decode(bytes), "strict");
  if (type === "multipart/form-data") return await parseMultipart(request, bytes);
  return noFields;
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("The body isn't valid UTF-8");
  }
}

function parseJson(text: string, unstorable: UnstorableText): Fields {
  if (text.trim() === "") return noFields;
  const suspicious = unstorable !== "keep" && suspiciousEscape.test(text);
  const value = parsedOrRefused(text, suspicious && unstorable === "replace");
  if (!isObject(value)) throw malformed("The body must be a JSON object");
  if (suspicious && unstorable === "refuse" && !Object.values(value).every(isStorableInside)) {
    throw malformed("The body has text with U+0000 or with half of a surrogate pair");
  }
  return value;
}

/** Texts that stand for themselves are tested, or mended, with the parameter they are for. */
const isStorableInside = (value: unknown): boolean => typeof value === "string" || isStorable(value);

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function parsedOrRefused(text: string, mend: boolean): unknown {
  try {
    return mend
      ? JSON.parse(text, (_key, inner) => (typeof inner === "string" ? storableText(inner) : inner))
      : JSON.parse(text);
  } catch {
    throw malformed("The body isn't valid JSON");
  }
}

async function parseMultipart(request: Request, bytes: Uint8Array<ArrayBuffer>): Promise<Fields> {
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, part] of await multipartParts(request, bytes)) {
    fields[name] = typeof part === "string" ? part : decode(await part.bytes());
  }
  return fields;
}

async function multipartParts(request: Request, bytes: Uint8Array<ArrayBuffer>): Promise<[string, string | Blob][]> {
  const contentType = request.headers.get("content-type") ?? "";
  try {
    return [...(await new Response(bytes, { headers: { "content-type": contentType } }).formData())];
  } catch {
    throw malformed("The body isn't a valid multipart form");
  }
}

const malformed = (message: string): ApiError => coreErrors.fail("request.malformed", message);
