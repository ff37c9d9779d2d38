import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { coreErrors } from "./errors";

type Unpack = (packed: Uint8Array, bounds: { maxOutputLength: number }) => Promise<Buffer<ArrayBuffer>>;

const unpackers: Readonly<Record<string, Unpack>> = {
  gzip: promisify<Uint8Array, { maxOutputLength: number }, Buffer<ArrayBuffer>>(gunzip),
  zstd: promisify<Uint8Array, { maxOutputLength: number }, Buffer<ArrayBuffer>>(zstdDecompress),
};

/**
 * Unpacks a body as its `Content-Encoding` says.
 * @param limit bytes that it may have unpacked
 * @throws ApiError `request.too_large`; `request.malformed` when it isn't what it says, or is packed some other way
 */
export async function unpacked(
  request: Request,
  body: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (body.length === 0 || encoding === "" || encoding === "identity") return body;
  const unpack = Object.hasOwn(unpackers, encoding) ? unpackers[encoding] : undefined;
  if (!unpack) throw coreErrors.fail("request.malformed", "Content-Encoding must be gzip, zstd or identity");
  try {
    return await unpack(body, { maxOutputLength: limit });
  } catch (error) {
    const tooLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    if (tooLarge)
      throw coreErrors.fail("request.too_large", `The request's body has more than ${limit} bytes when it is unpacked`);
    throw coreErrors.fail("request.malformed", `The body isn't packed as Content-Encoding says: ${encoding}`);
  }
}
