import { coreErrors } from "./errors";

/** Bytes a body may have unless its route says otherwise. */
export const defaultBodyLimit = 1024 * 1024;

/**
 * Reads a request's body, no further than its limit.
 *
 * @param limit bytes
 * @throws ApiError `request.too_large`, judged by `Content-Length` before anything is read, and counted while reading when there is
 * none; `request.malformed` when the caller goes away in the middle
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limit) throw tooLarge(limit);
  try {
    // Reading all at once is faster, but only safe when the length is known. `request.body` mustn't be touched before it.
    const bytes = declared === null ? await readStream(request.body, limit) : await request.bytes();
    if (bytes.length > limit) throw tooLarge(limit);
    return bytes;
  } catch (error) {
    if (request.signal.aborted) throw coreErrors.fail("request.malformed", "The body ended early");
    throw error;
  }
}

async function readStream(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (stream === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

const tooLarge = (limit: number) =>
  coreErrors.fail("request.too_large", `The request's body is larger than the ${limit} bytes that this route accepts`);
