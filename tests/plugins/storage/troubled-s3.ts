import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { S3Client } from "bun";
import { z } from "zod";
import { type S3Server, startS3 } from "./s3-server";

/** What goes wrong with a request. `cut`: the connection breaks when so many bytes of it have arrived. `stall`: nothing more happens. */
type Trouble = { readonly code: string; readonly status: number } | { readonly cutAfterBytes: number } | "stall";

/** Which requests it goes wrong with. */
interface Affected {
  readonly method: string;
  /** Of the path and query. */
  readonly path?: RegExp;
  /** So many of them, from now on; all unless given. */
  readonly times?: number;
}

/** A real object store behind a line that fails as it is told. */
export interface TroubledS3 extends AsyncDisposable {
  readonly behind: S3Server;
  readonly client: S3Client;
  readonly endpoint: string;
  /** Methods and paths of all requests since the last call. */
  takeRequests(): string[];
  /** Has requests go wrong; calls add up. */
  trouble(affected: Affected, how: Trouble): void;
  /** From now on all goes well. */
  calm(): void;
}

export async function startTroubledS3(): Promise<TroubledS3> {
  const behind = await startS3();
  const { hostname, port } = new URL(behind.environment.AWS_ENDPOINT_URL_S3 ?? "");
  let troubles: { affected: Affected; how: Trouble; left: number }[] = [];
  const requests: string[] = [];

  function troubleOf({ method = "", url = "" }: IncomingMessage): Trouble | undefined {
    const found = troubles.find(
      ({ affected, left }) => left > 0 && affected.method === method && (affected.path?.test(url) ?? true),
    );
    if (found) found.left--;
    return found?.how;
  }

  function pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url, headers } = incoming;
    const outgoing = request({ hostname, port, method, path: url, headers }, (back) => {
      answer.writeHead(back.statusCode ?? 502, back.headers);
      back.pipe(answer);
    });
    outgoing.on("error", () => answer.destroy());
    incoming.pipe(outgoing);
  }

  const server = createServer((incoming, answer) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const how = troubleOf(incoming);
    if (how === undefined) return pass(incoming, answer);
    if (how === "stall") return;
    if ("code" in how) {
      incoming.resume();
      incoming.on("end", () => {
        answer.writeHead(how.status, { "content-type": "application/xml" });
        answer.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${how.code}</Code><Message>Not now</Message></Error>`);
      });
      return;
    }
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes >= how.cutAfterBytes) incoming.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${z.object({ port: z.int() }).parse(server.address()).port}`;

  return {
    behind,
    endpoint,
    client: new S3Client({ endpoint, bucket: "commits", accessKeyId: "S3RVER", secretAccessKey: "S3RVER" }),
    takeRequests: () => requests.splice(0),
    trouble: (affected, how) => void troubles.push({ affected, how, left: affected.times ?? Number.POSITIVE_INFINITY }),
    calm: () => {
      troubles = [];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await behind[Symbol.asyncDispose]();
    },
  };
}
