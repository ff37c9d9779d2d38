import { ApiError, coreErrors } from "./errors";
import type { StrangerBody } from "./stranger-bodies";

/** Bytes a body may have unless its route says otherwise. */
export const defaultBodyLimit = 1024 * 1024;
/** Bytes up to which a stranger's body is counted by what its sender says, and read at once. */
const small = 32 * 1024;

/** A body as it arrived: in order, not copied together. */
export type Pieces = readonly Uint8Array<ArrayBuffer>[];

/**
 * Reads a request's body, no further than its limit.
 *
 * @param limit bytes
 * @param stranger the share of a caller who isn't known yet
 * @throws ApiError `request.too_large`, judged by `Content-Length` before anything is read, and counted while reading when there is
 * none; `request.malformed` when the caller goes away in the middle; of strangers also `request.overloaded` and `request.too_slow`
 */
export async function readBody(request: Request, limit: number, stranger?: StrangerBody): Promise<Pieces> {
  const header = request.headers.get("content-length");
  const declared = header === null ? null : Number(header);
  if (declared !== null && declared > limit) throw tooLarge(limit);
  try {
    return await (stranger ? readStranger(request, declared, limit, stranger) : readKnown(request, declared, limit));
  } catch (error) {
    const gone = request.signal.aborted && !(error instanceof ApiError);
    throw gone ? coreErrors.fail("request.malformed", "The body ended early") : error;
  }
}

/** @returns the body as one; a copy unless it is one piece already */
export function joined(pieces: Pieces): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (pieces.length <= 1) return first ?? new Uint8Array();
  return Buffer.concat(pieces);
}

/** Reading all at once is faster, but only safe when the length is known. `request.body` mustn't be touched before it. */
async function readKnown(request: Request, declared: number | null, limit: number): Promise<Pieces> {
  return declared === null ? await readStream(request.body, limit) : [await request.bytes()];
}

async function readStranger(request: Request, declared: number | null, limit: number, stranger: StrangerBody): Promise<Pieces> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooSlow(stranger.patience)), stranger.patience);
  try {
    if (declared === null || declared > small) return await readStream(request.body, limit, { late: late.promise, stranger });
    admit(stranger, declared);
    return [await Promise.race([request.bytes(), late.promise])];
  } finally {
    clearTimeout(timer);
  }
}

/** @param watched.late rejects when it has taken too long */
async function readStream(
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  limit: number,
  watched?: { readonly late: Promise<never>; readonly stranger: StrangerBody },
): Promise<Pieces> {
  if (stream === null) return [];
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await (watched ? Promise.race([reader.read(), watched.late]) : reader.read());
      if (done) return pieces;
      size += value.length;
      if (size > limit) throw tooLarge(limit);
      if (watched) admit(watched.stranger, value.length);
      pieces.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

function admit(stranger: StrangerBody, bytes: number): void {
  const refusal = stranger.add(bytes);
  if (refusal) throw refusal;
}

const tooLarge = (limit: number) =>
  coreErrors.fail("request.too_large", `The request's body is larger than the ${limit} bytes that this route accepts`);

/** Ends the connection as well: the rest of the body isn't waited for. */
function tooSlow(patience: number): ApiError {
  const { code, status } = coreErrors.fail("request.too_slow");
  return new ApiError(code, status, `The request's body didn't arrive within ${patience / 1000} s`, { connection: "close" });
}
