import { type Caller, nameOf, permissionOf } from "../authentication/caller";
import type { Incoming } from "../http/listener";
import type { Site } from "../site";
import { findRenamed, findRepository } from "../world/lookup";
import type { RepositoryRecord } from "../world/world";
import type { FetchRecord } from "./fetch-log";

const target = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * Git's smart HTTP protocol (gitprotocol-http, gitprotocol-v2) for fetching, over `git upload-pack --stateless-rpc`.
 *
 * @returns undefined when the path isn't git's
 */
export async function serveGit(site: Site, request: Incoming, caller: Caller): Promise<Response | undefined> {
  const [, owner = "", name = "", operation = ""] = target.exec(request.url.pathname) ?? [];
  if (operation === "") return undefined;
  const repository = findRepository(site.world, owner, name) ?? findRenamed(site.world, owner, name);
  if (repository === undefined || permissionOf(site.world, repository, caller) === null) {
    return caller.kind === "anonymous" ? askForCredentials() : new Response("Repository not found.", { status: 404 });
  }
  if (findRepository(site.world, owner, name) === undefined) return redirect(site, request, repository, operation);
  if (request.method === "POST" && operation === "git-upload-pack") return uploadPack(site, request, repository, caller);
  if (request.method === "GET" && request.url.searchParams.get("service") === "git-upload-pack") {
    return advertise(site, request, repository);
  }
  return new Response("Pushing isn't offered here.", { status: 403 });
}

function askForCredentials(): Response {
  return new Response("Repository not found.", { status: 401, headers: { "www-authenticate": 'Basic realm="GitHub"' } });
}

function redirect(site: Site, request: Incoming, { owner, name }: RepositoryRecord, operation: string): Response {
  const location = `${site.urls.web}/${owner}/${name}.git/${operation}${request.url.search}`;
  return new Response(null, { status: 301, headers: { location } });
}

async function advertise(site: Site, request: Incoming, repository: RepositoryRecord): Promise<Response> {
  const child = startUploadPack(site, request, ["--http-backend-info-refs", repository.bare.path]);
  const preamble = protocolOf(request).includes("version=2") ? "" : "001e# service=git-upload-pack\n0000";
  const refs = await new Response(child.stdout).bytes();
  return gitAnswer(Buffer.concat([Buffer.from(preamble), refs]), "application/x-git-upload-pack-advertisement");
}

function uploadPack(site: Site, request: Incoming, repository: RepositoryRecord, caller: Caller): Response {
  const body = request.headers.get("content-encoding") === "gzip" ? Bun.gunzipSync(Buffer.from(request.body)) : request.body;
  const record = fetchRecord(body, repository, caller);
  if (record.wants.length > 0) site.fetches.add(record);
  const child = startUploadPack(site, request, [repository.bare.path], body);
  const counted = child.stdout.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        record.bytes += chunk.byteLength;
        controller.enqueue(chunk);
      },
    }),
  );
  return gitAnswer(counted, "application/x-git-upload-pack-result");
}

function startUploadPack(site: Site, request: Incoming, args: string[], input?: Uint8Array) {
  return Bun.spawn(["git", "upload-pack", "--stateless-rpc", ...args], {
    env: { ...site.git.environment, GIT_PROTOCOL: protocolOf(request) },
    stdin: input ?? "ignore",
    stdout: "pipe",
    stderr: "ignore",
    signal: request.signal,
  });
}

function protocolOf(request: Incoming): string {
  return request.headers.get("git-protocol") ?? "";
}

function fetchRecord(body: Uint8Array, repository: RepositoryRecord, caller: Caller): FetchRecord {
  const text = new TextDecoder("latin1").decode(body);
  const shas = (keyword: string) =>
    [...text.matchAll(new RegExp(`${keyword} ([0-9a-f]{40,64})`, "g"))].map((found) => found[1] ?? "");
  return {
    at: new Date(),
    repository: repository.name,
    caller: nameOf(caller),
    wants: shas("want"),
    haves: shas("have"),
    bytes: 0,
  };
}

function gitAnswer(body: ConstructorParameters<typeof Response>[0], type: string): Response {
  return new Response(body, { headers: { "content-type": type, "cache-control": "no-cache, max-age=0, must-revalidate" } });
}
