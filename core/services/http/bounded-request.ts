import { coreErrors } from "./errors";

/**
 * Gives an application a request whose body it may read as a stream, no further than a limit. Reading beyond it fails.
 *
 * @param limit bytes
 * @returns the request, and whether the application tried to read more
 * @throws ApiError `request.too_large` when `Content-Length` says so beforehand
 */
export function boundedRequest(request: Request, limit: number): { request: Request; exceeded: () => boolean } {
  const refusal = coreErrors.fail("request.too_large", `The request's body is larger than the ${limit} bytes accepted here`);
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw refusal;
  if (request.body === null) return { request, exceeded: () => false };
  let size = 0;
  const counted = request.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.length;
        if (size > limit) controller.error(refusal);
        else controller.enqueue(chunk);
      },
    }),
  );
  return { request: new Request(request, { body: counted }), exceeded: () => size > limit };
}
