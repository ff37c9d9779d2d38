import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** A request with its whole body read, so that it can be looked at more than once. */
export type Incoming = {
  method: string;
  url: URL;
  headers: Headers;
  body: Uint8Array;
  /** Aborted when the client goes away before the answer is complete. */
  signal: AbortSignal;
};

/** An answer; or one cut off after some bytes; or a closed connection; or silence. */
export type Reply = Response | { response: Response; cutAfter: number } | "drop" | "hang";

/** An HTTP server on one port of 127.0.0.1 that can go away and come back. */
export type Listener = {
  port: number;
  /** Connections are refused and open ones are reset, until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
};

/**
 * On node:http, because `Bun.serve` has no quiet way to reset a connection.
 *
 * @param handle never rejects
 */
export async function listen(handle: (request: Incoming) => Promise<Reply>): Promise<Listener> {
  let server: Server | undefined = await open(0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listening on TCP gave no port");
  const { port } = address;
  return {
    port,
    async stop() {
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
      closing.closeAllConnections();
      await closed;
    },
    async start() {
      server ??= await open(port);
    },
  };

  async function open(wanted: number): Promise<Server> {
    const opening = createServer((request, response) => {
      void answer(request, response, handle);
    });
    opening.listen(wanted, "127.0.0.1");
    await once(opening, "listening");
    return opening;
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, handle: (request: Incoming) => Promise<Reply>) {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.on("error", () => gone.abort());
  const body = await readBody(request);
  if (body === null) return;
  const reply = await handle({
    method: request.method ?? "GET",
    url: new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`),
    headers: headersOf(request),
    body,
    signal: gone.signal,
  });
  if (reply === "hang") return;
  if (reply === "drop") {
    request.socket.destroy();
    return;
  }
  if (reply instanceof Response) {
    await send(reply, response, gone.signal);
  } else {
    await send(reply.response, response, gone.signal, reply.cutAfter);
    request.socket.destroy();
  }
}

/** @returns null when the client went away in the middle */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  return headers;
}

async function send(reply: Response, response: ServerResponse, gone: AbortSignal, cutAfter = Number.POSITIVE_INFINITY) {
  response.writeHead(reply.status, Object.fromEntries(reply.headers));
  let room = cutAfter;
  for await (const chunk of reply.body ?? []) {
    if (gone.aborted) break;
    const part = chunk.subarray(0, room);
    room -= part.byteLength;
    if (!response.write(part)) await Promise.race([once(response, "drain"), aborted(gone)]);
    if (room <= 0) break;
  }
  if (cutAfter === Number.POSITIVE_INFINITY) response.end();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
