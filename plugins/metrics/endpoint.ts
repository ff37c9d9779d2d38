import type { Address } from "./address";
import { answerScrape, type Scrape } from "./scrape";

/** An address that serves metrics and nothing else. */
export interface Endpoint {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves metrics to whoever reaches the address, without a token.
 * @throws Error that says which address can't be listened on, and what to set
 */
export function listenForScrapes({ host, port }: Address, scrape: Scrape): Endpoint {
  const server = open();
  return { url: server.url.origin, stop: () => server.stop(true) };

  function open(): Bun.Server<undefined> {
    try {
      return Bun.serve({ hostname: host, port, development: false, maxRequestBodySize: 0, fetch: answer });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `COCOV_METRICS_BIND: ${host}, port ${port}, can't be listened on (${reason}). Set it to another address.`,
      );
    }
  }

  async function answer(request: Request): Promise<Response> {
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!isRead || new URL(request.url).pathname !== "/metrics") return new Response("Not found\n", { status: 404 });
    return await answerScrape(scrape);
  }
}
