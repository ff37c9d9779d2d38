import { generateKeyPairSync } from "node:crypto";
import { json } from "../../../../testing/factories";
import type { TestPlatform } from "../../../../testing/test-platform";
import type { Entry } from "./table";

/** What the `:names` of paths and bodies stand for. */
export type Names = Readonly<Record<string, string>>;

/** A repository, and the texts that nobody may read who doesn't see it. */
export interface Furnished {
  readonly id: number;
  readonly name: string;
  readonly token: string;
  readonly names: Names;
  /** Besides its name. */
  readonly marks: readonly string[];
}

interface Furnishing {
  readonly platform: TestPlatform;
  readonly admin: string;
  readonly isServed: (method: Entry["method"], path: string) => boolean;
}

/** Nobody ever had this one; where a plugin is not there yet, or has nothing of the kind, it stands for what would be. */
const nothing = "9007199254740000";

const keyText = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** What belongs to no repository. */
export async function furnishPlatform(furnishing: Furnishing): Promise<Names> {
  const { platform, admin } = furnishing;
  const make = maker(furnishing);
  // Whoever reads it first has it fetched.
  await platform.request("POST", "/v1/repositories/$org_repos/update", { token: admin });
  return {
    key_text: keyText,
    secret: await make("/v1/secrets", { name: "SHARED", data: "value" }),
    private_key: await make("/v1/private_keys", { name: "shared", key: keyText }),
    tool: await cached(furnishing, "/v1/cache/tools", "linter.tar"),
    delivery: await delivered(platform),
    lease: crypto.randomUUID(),
    name_hash: "abc",
  };
}

/** @returns the id of something that GitHub delivered */
async function delivered({ github, url, db }: TestPlatform): Promise<string> {
  const { ok } = await github.deliver("ping", github.payloads.ping(), { to: `${url}/v1/github/events` });
  const [row] = await db.sql<{ id: string }[]>`SELECT max(id)::text AS id FROM github_deliveries`;
  if (!ok || !row) throw new Error("the delivery wasn't taken");
  return row.id;
}

/** Makes a repository with a commit, a run of a check that waits for a worker, an issue, and what else plugins keep of one. */
export async function furnishRepository(furnishing: Furnishing, name: string): Promise<Furnished> {
  const { platform } = furnishing;
  const make = maker(furnishing);
  const { onGitHub, repository } = await platform.createRepository({ name });
  const message = `Feed the ${name} at noon`;
  const file = `src/${name}_cage.rb`;
  const files = { ".cocov.yaml": manifest, [file]: "cage = :open\n" };
  const { sha } = await platform.push(onGitHub, { message, files });
  const issue = { uid: `uid-${name}`, kind: "bug", file, line_start: 1, line_end: 1, message: `${name} bites` };
  const answer = await platform.request("PUT", `/v1/repositories/${repository.id}/issues`, {
    token: await platform.serviceToken(),
    body: { sha, source: "acme/lint", issues: [issue] },
  });
  if (answer.status !== 204) throw new Error(`the issue wasn't taken: ${answer.status}`);
  const [ids] = await platform.db.sql<{ check: string; issue: string; job: string }[]>`
    SELECT k.id::text AS check, i.id::text AS issue, s.job_id AS job
      FROM check_sets s JOIN checks k ON k.check_set_id = s.id JOIN issues i ON i.commit_id = s.commit_id
      JOIN commits c ON c.id = s.commit_id WHERE c.sha = ${sha} AND c.repository_id = ${repository.id}`;
  if (!ids) throw new Error("the commit has no run");
  const coverageFile = await covered(platform, { token: repository.token, sha, file });
  const of = `/v1/repositories/${name}`;
  const artifact = `${name}-bones.tar`;
  return {
    id: repository.id,
    name,
    token: repository.token,
    names: {
      name,
      repo_id: String(repository.id),
      sha,
      branch: "main",
      ...ids,
      artifact: await cached(furnishing, `/v1/repositories/${repository.id}/cache`, artifact),
      coverage_file: coverageFile.id,
      repository_secret: await make(`${of}/secrets`, { name: `${name}_KEY`, data: "value" }),
      repository_key: await make(`${of}/private_keys`, { name: `${name} key`, key: keyText }),
    },
    marks: [repository.token, message, issue.message, file, artifact],
  };
}

/** @returns the id of what the Cache service says that it keeps */
async function cached({ platform }: Furnishing, path: string, name: string): Promise<string> {
  const query = new URLSearchParams({ engine: "local", name, name_hash: "abc", size: "1024", mime: "application/x-tar" });
  const answer = await platform.request("POST", `${path}/?${query}`, { token: await platform.serviceToken() });
  return String((await json<{ id: number }>(answer, 200)).id);
}

/** @returns a file of the coverage that is uploaded for a commit */
async function covered(
  { url, db, idle }: TestPlatform,
  { token, sha, file }: { token: string; sha: string; file: string },
): Promise<{ id: string }> {
  const headers = { authorization: `token ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({ commit_sha: sha, data: { [file]: "Nw==" } });
  const answer = await fetch(`${url}/v1/reports`, { method: "POST", headers, body });
  await idle();
  const [found] = await db.sql<{ id: string }[]>`SELECT id::text FROM coverage_files WHERE file = ${file}`;
  if (!found) throw new Error(`the coverage wasn't taken: ${answer.status}`);
  return found;
}

const manifest = JSON.stringify({ version: "0.1.alpha", checks: [{ plugin: "acme/lint" }] });

/** @returns what makes something, where the route for it is served, and tells its id */
const maker =
  ({ platform, admin, isServed }: Furnishing) =>
  async (path: string, body: object): Promise<string> => {
    if (!isServed("POST", path.replace(/repositories\/\w+/, "repositories/:name"))) return nothing;
    const { id } = await json<{ id: number }>(await platform.request("POST", path, { token: admin, body }), 201);
    return String(id);
  };
