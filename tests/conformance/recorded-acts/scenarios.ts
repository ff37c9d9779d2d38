import { generateKeyPairSync } from "node:crypto";
import type { ActsWorld } from "./world";

/** One way to do what a route is for. */
export interface Scenario {
  /** What the audit log says of it. */
  readonly action: string;
  /** Makes what it needs. @returns where the request goes, and what it carries */
  prepare(world: ActsWorld): Promise<{ path: string; body?: unknown }>;
}

let names = 0;
const broken = { ".cocov.yaml": "version: none" };
const runnable = { ".cocov.yaml": "version: 0.1.alpha\nchecks: [{ plugin: acme/lint }]" };

async function personalToken({ asked }: ActsWorld): Promise<number> {
  const { id } = await asked<{ id: number }>(201, "POST", "/v1/personal_tokens", { description: "Script" });
  return id;
}

/** @returns the path of an issue that a worker has found */
async function issuePath({ platform, repositoryWith }: ActsWorld): Promise<string> {
  const { commit } = await repositoryWith();
  await platform.db.sql`
    INSERT INTO issues (commit_id, uid, kind, file, line_start, line_end, message, check_source)
    SELECT id, 'uid', 'bug', 'README.md', 1, 1, 'm', 'acme/lint' FROM commits ORDER BY id DESC LIMIT 1`;
  const [issue] = await platform.db.sql<{ id: number }[]>`SELECT max(id) AS id FROM issues`;
  return `${commit}/issues/${issue?.id}`;
}

/** @returns the id of what the Cache service says that it keeps, for a repository or for all */
async function cachedIn({ platform }: ActsWorld, path: string): Promise<number> {
  const query = new URLSearchParams({ engine: "local", name: "gems", name_hash: `hash-${++names}`, size: "1", mime: "m" });
  const answer = await platform.request("POST", `${path}?${query}`, { token: await platform.serviceToken() });
  const { id }: { id: number } = await answer.json();
  return id;
}

/** Of each route that changes something on somebody's behalf: what is to be done, and which entry has to come of it. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  "POST /v1/admin/service_tokens": {
    action: "service_token.created",
    prepare: async () => ({ path: "/v1/admin/service_tokens", body: { description: "Worker" } }),
  },
  "DELETE /v1/admin/service_tokens/:id": {
    action: "service_token.revoked",
    async prepare({ asked }) {
      const { id } = await asked<{ id: number }>(201, "POST", "/v1/admin/service_tokens", { description: "Worker" });
      return { path: `/v1/admin/service_tokens/${id}` };
    },
  },
  "POST /v1/admin/sidekiq_panel_token": {
    action: "panel_token.created",
    prepare: async () => ({ path: "/v1/admin/sidekiq_panel_token" }),
  },
  "POST /v1/personal_tokens": {
    action: "personal_token.created",
    prepare: async () => ({ path: "/v1/personal_tokens", body: { description: "Script" } }),
  },
  "DELETE /v1/personal_tokens/:id": {
    action: "personal_token.revoked",
    prepare: async (world) => ({ path: `/v1/personal_tokens/${await personalToken(world)}` }),
  },
  "DELETE /v1/admin/personal_tokens/:id": {
    action: "personal_token.revoked",
    prepare: async (world) => ({ path: `/v1/admin/personal_tokens/${await personalToken(world)}` }),
  },
  "PATCH /v1/admin/users/:id/membership": {
    action: "user.role_changed",
    prepare: async ({ userId }) => ({ path: `/v1/admin/users/${await userId()}/membership`, body: { role: "admin" } }),
  },
  "POST /v1/admin/users/:id/logout": {
    action: "session.revoked",
    prepare: async ({ userId }) => ({ path: `/v1/admin/users/${await userId()}/logout` }),
  },
  "DELETE /v1/admin/users/:id": {
    action: "user.deleted",
    prepare: async ({ userId }) => ({ path: `/v1/admin/users/${await userId()}` }),
  },
  "DELETE /v1/admin/repositories/:id": {
    action: "repository.deleted",
    async prepare({ repositoryWith, asked }) {
      const { repository } = await asked<{ repository: { id: number } }>(
        200,
        "GET",
        `${(await repositoryWith()).repository}/settings`,
      );
      return { path: `/v1/admin/repositories/${repository.id}` };
    },
  },
  "POST /v1/admin/storage/evict": {
    action: "storage.evicted",
    prepare: async () => ({ path: "/v1/admin/storage/evict" }),
  },
  "POST /v1/repositories": {
    action: "repository.added",
    async prepare({ platform: { github } }) {
      const repository = await github.addRepository({ name: "added" });
      repository.setCollaborator(github.user("admin"), "admin");
      return { path: "/v1/repositories", body: { name: "added" } };
    },
  },
  "POST /v1/repositories/:repo_name/settings/regen-token": {
    action: "repository.token_regenerated",
    prepare: async ({ repositoryWith }) => ({ path: `${(await repositoryWith()).repository}/settings/regen-token` }),
  },
  "POST /v1/repositories/:repo_name/settings/delete": {
    action: "repository.deleted",
    prepare: async ({ repositoryWith }) => ({ path: `${(await repositoryWith()).repository}/settings/delete` }),
  },
  "POST /v1/repositories/:repo_name/settings/cache/purge": {
    action: "cache.purged",
    prepare: async ({ repositoryWith }) => ({ path: `${(await repositoryWith()).repository}/settings/cache/purge` }),
  },
  "DELETE /v1/repositories/:repo_name/settings/cache/:id": {
    action: "cache.evicted",
    async prepare(world) {
      const { repository } = await world.repositoryWith();
      const { id } = await world.asked<{ id: number }>(200, "GET", repository);
      return { path: `${repository}/settings/cache/${await cachedIn(world, `/v1/repositories/${id}/cache`)}` };
    },
  },
  "POST /v1/admin/tool_cache/purge": {
    action: "cache.purged",
    prepare: async () => ({ path: "/v1/admin/tool_cache/purge" }),
  },
  "DELETE /v1/admin/tool_cache/:id": {
    action: "cache.evicted",
    prepare: async (world) => ({ path: `/v1/admin/tool_cache/${await cachedIn(world, "/v1/cache/tools")}` }),
  },
  "POST /v1/repositories/:repo_name/commits/:commit_sha/checks/re_run": {
    action: "checks.re_run",
    prepare: async ({ repositoryWith }) => ({ path: `${(await repositoryWith(broken)).commit}/checks/re_run` }),
  },
  "DELETE /v1/repositories/:repo_name/commits/:commit_sha/checks": {
    action: "checks.canceled",
    prepare: async ({ repositoryWith }) => ({ path: `${(await repositoryWith(runnable)).commit}/checks` }),
  },
  "POST /v1/repositories/:repo_name/commits/:commit_sha/issues/:id/ignore": {
    action: "issue.ignored",
    prepare: async (world) => ({ path: `${await issuePath(world)}/ignore`, body: { mode: "permanent" } }),
  },
  "DELETE /v1/repositories/:repo_name/commits/:commit_sha/issues/:id/ignore": {
    action: "issue.unignored",
    async prepare(world) {
      const path = `${await issuePath(world)}/ignore`;
      await world.asked(200, "POST", path, { mode: "ephemeral" });
      return { path };
    },
  },
};

/** The acts on secrets and keys: of the organization, and of a repository. */
const ofOwners = [
  { path: "/v1", below: async () => "/v1" },
  { path: "/v1/repositories/:repo_name", below: async ({ repositoryWith }: ActsWorld) => (await repositoryWith()).repository },
];
const newKey = (): string => generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const newSecret = () => ({ name: `SECRET_${++names}`, data: "made up" });

for (const { path, below } of ofOwners) {
  const made = async (world: ActsWorld, kind: "secrets" | "private_keys"): Promise<string> => {
    const list = `${await below(world)}/${kind}`;
    const body = kind === "secrets" ? newSecret() : { name: `key-${++names}`, key: newKey() };
    return `${list}/${(await world.asked<{ id: number }>(201, "POST", list, body)).id}`;
  };
  Object.assign(scenarios, {
    [`POST ${path}/secrets`]: {
      action: "secret.created",
      prepare: async (world) => ({ path: `${await below(world)}/secrets`, body: newSecret() }),
    },
    [`PATCH ${path}/secrets/:id`]: {
      action: "secret.changed",
      prepare: async (world) => ({ path: await made(world, "secrets"), body: { data: "other" } }),
    },
    [`DELETE ${path}/secrets/:id`]: {
      action: "secret.deleted",
      prepare: async (world) => ({ path: await made(world, "secrets") }),
    },
    [`POST ${path}/private_keys`]: {
      action: "private_key.created",
      prepare: async (world) => ({
        path: `${await below(world)}/private_keys`,
        body: { name: `key-${++names}`, key: newKey() },
      }),
    },
    [`DELETE ${path}/private_keys/:id`]: {
      action: "private_key.deleted",
      prepare: async (world) => ({ path: await made(world, "private_keys") }),
    },
  } satisfies Record<string, Scenario>);
}

const readAgain = "Has permissions read again that GitHub decides about";

const inThePanel = "Has tests of its own: whatever is done to jobs there leaves an entry";

/** Routes that leave no entry, and why nobody will miss one. */
export const unrecorded: Readonly<Record<string, string>> = {
  "mounted at /sidekiq": inThePanel,
  "mounted at /jobs": inThePanel,
  "POST /v1/secrets/check_name": "Looks whether a name is free, and changes nothing",
  "POST /v1/repositories/:repo_name/secrets/check_name": "Looks whether a name is free, and changes nothing",
  "POST /auth/begin": "Nobody has shown who they are, and nothing is granted; how it ends is recorded",
  "POST /auth/exchange": "Has a test of its own: each sign-in can be tried once",
  "POST /v1/reports": "Comes from a repository's own pipeline, by its token; nobody can be named",
  "POST /v1/github/events": "GitHub tells what happened there; its deliveries are listed",
  "POST /v1/admin/users/:id/sync_perms": readAgain,
  "POST /v1/admin/users/:id/sync": readAgain,
  "POST /v1/admin/resync_permissions": readAgain,
  "POST /v1/admin/deliveries/:id/redeliver": "Has done what GitHub told of, which is listed among its deliveries",
  "POST /v1/repositories/$org_repos/update": "Has a list read again that GitHub decides about",
  "POST /v1/repositories/:repo_name/settings/sync-github":
    "Takes over what GitHub says already; whoever changed it did so there",
};
