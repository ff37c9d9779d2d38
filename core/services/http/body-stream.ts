import { type ApiError, coreErrors } from "./errors";

/**
 * Gives a request's body piece by piece, as it arrives, and unpacked as its `Content-Encoding` says (gzip, zstd). Senders are held up while
 * a piece is worked on, so that hardly more than that is in memory. For handlers of routes with `rawBody` whose callers are known.
 *
 * @param limit bytes that it may have, packed and unpacked
 * @throws ApiError `request.too_large`; `request.malformed` when it isn't packed as it says, or the caller goes away in the middle
 */
export async function* bodyStream(request: Request, limit: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit, "");
  const arriving = bounded(arrivingIn(request), limit, "");
  if (encoding === "" || encoding === "identity") yield* arriving;
  else if (encoding === "gzip" || encoding === "zstd")
    yield* bounded(unpacked(arriving, encoding), limit, " when it is unpacked");
  else throw coreErrors.fail("request.malformed", "Content-Encoding must be gzip, zstd or identity");
}

type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>>;

async function* arrivingIn(request: Request): Pieces {
  if (request.body === null) return;
  try {
    yield* request.body;
  } catch (error) {
    throw request.signal.aborted ? coreErrors.fail("request.malformed", "The body ended early") : error;
  }
}

async function* bounded(pieces: Pieces, limit: number, when: string): Pieces {
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit, when);
    yield piece;
  }
}

async function* unpacked(packed: Pieces, encoding: "gzip" | "zstd"): Pieces {
  const first = await packed.next();
  // No body at all is packed in any way one likes.
  if (first.done) return;
  let inArrival: unknown;
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(first.value),
    async pull(controller) {
      try {
        const { done, value } = await packed.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        inArrival = error;
        throw error;
      }
    },
  });
  try {
    // Bun's has zstd, which its types don't know yet.
    yield* source.pipeThrough(new DecompressionStream(encoding as CompressionFormat));
  } catch {
    throw inArrival ?? coreErrors.fail("request.malformed", `The body isn't packed as Content-Encoding says: ${encoding}`);
  }
}

const tooLarge = (limit: number, when: string): ApiError =>
  coreErrors.fail("request.too_large", `The request's body has more than the ${limit} bytes that this route accepts${when}`);
