import { Buffer } from "node:buffer";

export interface GitServer {
  /** Address of a repository on it. */
  remote(name: string): string;
  /** Answers every request like that from now on. */
  behave(behaviour: Behaviour): void;
  /** What clients asked for so far. */
  readonly requests: { readonly path: string; readonly authorization: string | null }[];
  /** Bytes of packs that clients got since the last call. */
  takePackBytes(): number;
  stop(): Promise<void>;
}

type Behaviour =
  | "serve"
  | "hang"
  | "stall in the pack"
  | { readonly stallAfterBytes: number }
  | { readonly status: number; readonly page?: string }
  | { readonly redirectTo: string };

/** Serves the bare and other repositories below `root` over HTTP, as GitHub does: basic authentication, single commits on demand. */
export function startGitServer(root: string, token: string | null): GitServer {
  let behaviour: Behaviour = "serve";
  let packBytes = 0;
  const requests: GitServer["requests"] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const authorization = request.headers.get("authorization");
      requests.push({ path: url.pathname, authorization });
      if (behaviour === "hang") return new Promise<Response>(() => {});
      if (typeof behaviour === "object" && "status" in behaviour) {
        return new Response(behaviour.page ?? "no", { status: behaviour.status, headers: { "content-type": "text/html" } });
      }
      if (typeof behaviour === "object" && "redirectTo" in behaviour) {
        return Response.redirect(`${behaviour.redirectTo}${url.pathname}${url.search}`, 301);
      }
      const expected = token && `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
      if (expected && authorization !== expected) {
        return new Response("who?", { status: 401, headers: { "www-authenticate": 'Basic realm="git"' } });
      }
      const response = await runBackend(root, request, url);
      const body = new Uint8Array(await response.arrayBuffer());
      if (url.pathname.endsWith("/git-upload-pack")) packBytes += body.byteLength;
      const stallAfter =
        behaviour === "stall in the pack" ? 4_000 : typeof behaviour === "object" ? behaviour.stallAfterBytes : Infinity;
      if (body.byteLength > 5_000 && body.byteLength > stallAfter)
        return new Response(stallingAfter(body, stallAfter), response);
      return new Response(body, response);
    },
  });
  return {
    remote: (name) => `http://127.0.0.1:${server.port}/${name}`,
    behave: (next) => {
      behaviour = next;
    },
    requests,
    takePackBytes() {
      const bytes = packBytes;
      packBytes = 0;
      return bytes;
    },
    stop: () => server.stop(true),
  };
}

function stallingAfter(body: Uint8Array<ArrayBuffer>, bytes: number): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.enqueue(body.subarray(0, bytes)) });
}

/** git's own CGI program. */
async function runBackend(root: string, request: Request, url: URL): Promise<Response> {
  const child = Bun.spawn(["git", "-c", "uploadpack.allowAnySHA1InWant=true", "-c", "safe.directory=*", "http-backend"], {
    env: {
      PATH: process.env.PATH,
      HOME: root,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_PROTOCOL: request.headers.get("git-protocol") ?? "",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers.get("content-type") ?? "",
      HTTP_CONTENT_ENCODING: request.headers.get("content-encoding") ?? "",
    },
    stdin: await request.bytes(),
    stdout: "pipe",
    stderr: "ignore",
  });
  const output = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  const end = Buffer.from(output).indexOf("\r\n\r\n");
  const headers = new Headers();
  let status = 200;
  for (const line of new TextDecoder().decode(output.subarray(0, end)).split("\r\n")) {
    const [name = "", value = ""] = line.split(": ");
    if (name === "Status") status = Number.parseInt(value, 10);
    else headers.set(name, value);
  }
  return new Response(output.subarray(end + 4), { status, headers });
}
