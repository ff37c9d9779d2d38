import { type ApiError, coreErrors } from "./errors";
import type { StrangerBody } from "./stranger-bodies";

/**
 * Gives an application a request whose body it may read as a stream, no further than its bounds. Reading beyond them fails.
 *
 * @param limit bytes
 * @param stranger what the body counts against when its sender isn't known
 * @returns the request, and what was exceeded, if anything was
 * @throws ApiError `request.too_large` when `Content-Length` says so beforehand
 */
export function boundedRequest(
  request: Request,
  limit: number,
  stranger?: StrangerBody,
): { request: Request; refusal: () => ApiError | undefined } {
  const tooLarge = coreErrors.fail("request.too_large", `The request's body is larger than the ${limit} bytes accepted here`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge;
  if (request.body === null) return { request, refusal: () => undefined };
  let size = 0;
  let refusal: ApiError | undefined;
  const counted = request.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length;
        if (size > limit) refusal = tooLarge;
        else refusal = stranger?.add(chunk.length);
        if (refusal) controller.error(refusal);
        else controller.enqueue(chunk);
      },
    }),
  );
  return { request: new Request(request, { body: counted }), refusal: () => refusal };
}
