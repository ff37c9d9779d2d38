import type { Logger } from "pino";
import { loggableError } from "../log/loggable-error";
import { errorAnswer, internalError } from "./answer";
import { serveOn } from "./serve-on";

/** A socket that HTTP is served on. */
export interface Listener {
  readonly url: string;
  /** @returns the address at the other end of the request's connection; empty when it is gone */
  addressOf(request: Request): string;
  stop(graceMs: number): Promise<void>;
}

/** Longer than any handler waits, since Bun counts the time until the answer as idle. Seconds. */
const idleTimeout = 120;
/** Routes have limits of their own and answer what is larger; Bun would cut the connection without an answer. Bytes. */
const maxRequestBodySize = Number.MAX_SAFE_INTEGER;

/** @throws StartupError when the address is taken or isn't this machine's */
export function listen(
  { host, port }: { readonly host: string; readonly port: number },
  serve: (request: Request) => Response | Promise<Response>,
  log: Logger,
): Listener {
  const server = serveOn(
    { address: "COCOV_HOST", port: "COCOV_PORT" },
    {
      hostname: host,
      port,
      idleTimeout,
      maxRequestBodySize,
      development: false,
      fetch: (request) => serve(request),
      error(error) {
        log.error({ error: loggableError(error) }, "request failed outside of its route");
        const requestId = crypto.randomUUID();
        return errorAnswer(internalError(requestId), requestId);
      },
    },
  );
  return {
    url: server.url.origin,
    addressOf: (request) => server.requestIP(request)?.address ?? "",
    async stop(graceMs) {
      const { promise: graceOver, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, graceMs);
      await Promise.race([server.stop(), graceOver]);
      clearTimeout(timer);
      await server.stop(true);
    },
  };
}
