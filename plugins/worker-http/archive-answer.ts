import { ApiError } from "../../core";
import { errors } from "./errors";

/** An archive whose bytes are read while they are sent. */
export interface OpenArchive {
  /** 64 hex digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** @param range first and last byte; all of them unless given */
  open(range?: readonly [first: number, last: number]): Blob | ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Answers with an archive, or with the one range of it that the request asks for (RFC 9110, section 14). `Digest` (RFC 3230) is
 * that of the whole archive in either case. With `If-Range`, a client gets a part only of the archive that it has begun with.
 *
 * @param fileName what a browser or curl saves it as
 * @throws ApiError `worker.unsatisfiable_range` when the range begins behind the end
 */
export function serveArchive(request: Request, { sha256, size, open }: OpenArchive, fileName: string): Response {
  const etag = `"${sha256}"`;
  const headers = {
    etag,
    "content-type": "application/zstd",
    "content-disposition": `attachment; filename="${fileName}"`,
    "accept-ranges": "bytes",
    digest: `sha-256=${Buffer.from(sha256, "hex").toString("base64")}`,
  };
  const goesOn = [null, etag].includes(request.headers.get("if-range"));
  const range = request.method === "GET" && goesOn ? readRange(request.headers.get("range"), size) : null;
  if (!range) return new Response(open(), { headers: { ...headers, "content-length": String(size) } });
  const [first, last] = range;
  if (first > last) {
    const { code, status, message } = errors.fail("worker.unsatisfiable_range");
    throw new ApiError(code, status, message, { "content-range": `bytes */${size}` });
  }
  return new Response(open(range), {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(last - first + 1),
      "content-range": `bytes ${first}-${last}/${size}`,
    },
  });
}

/**
 * @param header `bytes=0-99`, `bytes=100-` or `bytes=-100`
 * @param size of the whole, in bytes
 * @returns first and last byte, the first behind the last when nothing is left; null when the header is to be ignored: it is
 *   absent, malformed, or names several ranges
 */
export function readRange(header: string | null, size: number): [first: number, last: number] | null {
  const [, from = "", to = ""] = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/i.exec(header?.trim() ?? "") ?? [];
  if (from === "" && to === "") return null;
  if (from === "") return Number(to) === 0 ? [size, size - 1] : [Math.max(0, size - Number(to)), size - 1];
  if (to !== "" && Number(to) < Number(from)) return null;
  const first = Math.min(Number(from), size);
  return [first, to === "" ? size - 1 : Math.min(Number(to), size - 1)];
}
