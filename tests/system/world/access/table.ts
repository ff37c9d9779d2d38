/**
 * Who may call what: every route there is, or is to be. This is what the platform promises, written down apart from it: nothing here is
 * taken from a route's own declaration.
 */

/** Scopes of service tokens. */
export type ServiceScope = "all" | "worker" | "cache" | "badges" | "metrics";

export type Who =
  | "public"
  /** Any valid bearer token. */
  | "any"
  /** A person, by session or personal token. */
  | "user"
  /** A platform admin, by session or personal token. */
  | "admin"
  | "admin or service"
  /** Anybody who sees the repository: at any level. */
  | "member"
  | "maintainer"
  | "repository admin"
  /** A service token with that scope. */
  | `service: ${ServiceScope}`
  | "repository token"
  /** GitHub's signature. */
  | "signature"
  /** A token that is used once, in the address. */
  | "panel token";

export interface Entry {
  readonly who: Who;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `:names`, each of which stands for something of the world. */
  readonly path: string;
  /** What an allowed caller is answered with, when what the path names is there. Reads: 200 unless given. */
  readonly success?: readonly number[];
  readonly query?: string;
  /** `:names` in it stand for something of the world. */
  readonly body?: object;
  /** Makes or revokes a token: no personal token may. */
  readonly token?: true;
  /** Needs somebody who can be named as author: no service token. */
  readonly author?: true;
  /** Shows the names of all repositories of the organization, to choose from. */
  readonly showsOrganization?: true;
  /** Takes away what other entries are about: tried after all others, and a repository's end last of all. */
  readonly destroys?: "item" | "repository";
}

type Options = Omit<Entry, "who" | "method" | "path">;
type Row = readonly [who: Who, route: `${Entry["method"]} /${string}`, options?: Options];

const R = "/v1/repositories";
const commit = `${R}/:name/commits/:sha` as const;
const commitById = `${R}/:repo_id/commits/:sha` as const;
const engine = "engine=local";
const newEntry = `${engine}&name=gems.tar&name_hash=new&size=1&mime=text/plain`;
const description = { description: "Script" };

const rows: readonly Row[] = [
  ["public", "GET /system/probes/startup"],
  ["public", "GET /system/probes/health"],
  ["public", "GET /system/probes/ready", { success: [200, 503] }],
  ["service: metrics", "GET /metrics"],
  ["any", "GET /v1/info"],

  ["public", "POST /auth/begin"],
  ["public", "POST /auth/exchange"],
  ["user", "GET /v1/user"],
  ["user", "GET /v1/personal_tokens"],
  ["user", "POST /v1/personal_tokens", { token: true, body: description, success: [201] }],
  ["user", "DELETE /v1/personal_tokens/:personal_token", { token: true }],

  ["admin or service", "GET /v1/secrets"],
  ["admin", "POST /v1/secrets", { body: { name: "NEW", data: "x" }, success: [201] }],
  ["service: worker", "GET /v1/secrets/data", { query: "authorization=csa_none", success: [403] }],
  ["any", "POST /v1/secrets/check_name", { body: { name: "OTHER" }, success: [200] }],
  ["admin", "PATCH /v1/secrets/:secret", { body: { data: "y" }, success: [200] }],
  ["admin", "DELETE /v1/secrets/:secret", { success: [204], destroys: "item" }],
  ["admin", "GET /v1/private_keys"],
  ["admin", "POST /v1/private_keys", { body: { name: "new", key: ":key_text" }, success: [201] }],
  ["admin", "DELETE /v1/private_keys/:private_key", { success: [204], destroys: "item" }],

  ["any", `GET ${R}`],
  ["any", `POST ${R}`, { body: { name: "nowhere" } }],
  ["any", `GET ${R}/$search`],
  ["any", `GET ${R}/$org_repos`, { showsOrganization: true }],
  ["any", `POST ${R}/$org_repos/update`, { success: [204] }],
  ["member", `GET ${R}/:name`],
  ["member", `GET ${R}/:name/graphs`],
  ["member", `GET ${R}/:name/stats/coverage`, { query: "from=2023-01-01&to=2023-01-31" }],
  ["member", `GET ${R}/:name/stats/issues`, { query: "from=2023-01-01&to=2023-01-31" }],
  ["member", `GET ${R}/:name/settings`],
  // Before tokens of repositories are replaced.
  ["repository token", "POST /v1/reports", { body: { commit_sha: ":sha", data: { "src/later.rb": "" } }, success: [204] }],
  ["maintainer", `POST ${R}/:name/settings/regen-token`, { token: true, success: [200] }],
  ["maintainer", `POST ${R}/:name/settings/sync-github`, { success: [200, 204] }],
  ["repository admin", `POST ${R}/:name/settings/delete`, { success: [204], destroys: "repository" }],
  ["member", `GET ${R}/:name/settings/cache`],
  ["maintainer", `DELETE ${R}/:name/settings/cache/:artifact`, { success: [204] }],
  ["service: badges", `GET ${R}/:name/badges/coverage`],
  ["service: badges", `GET ${R}/:name/badges/issues`],
  ["member", `GET ${R}/:name/badges`, { success: [200, 204] }],
  ["member", `GET ${R}/:name/settings/badges`],
  // Off unless configured otherwise.
  ["public", "GET /badges/:name/coverage.svg", { success: [404] }],
  ["public", "GET /badges/:name/issues.svg", { success: [404] }],
  ["member", `GET ${R}/:name/branches`],
  ["member", `GET ${R}/:name/branches/graphs/:branch`],
  ["member", `GET ${R}/:name/branches/top_issues/:branch`],
  ["member", `GET ${R}/:name/branches/:branch`],

  ["member", `GET ${commit}/checks`],
  ["member", `GET ${commit}/checks/summary`],
  ["member", `GET ${commit}/checks/:check`],
  ["member", `GET ${commit}/issues`],
  ["member", `GET ${commit}/issues/sources`],
  ["member", `GET ${commit}/issues/categories`],
  ["member", `GET ${commit}/issues/states`],
  ["member", `POST ${commit}/issues/:issue/ignore`, { author: true, body: { mode: "ephemeral" }, success: [200] }],
  ["member", `DELETE ${commit}/issues/:issue/ignore`, { success: [200] }],
  // In the order in which each is possible: what follows undoes, repeats and ends the run.
  ["member", `DELETE ${commit}/checks`, { success: [204] }],
  ["member", `POST ${commit}/checks/re_run`, { success: [204] }],
  ["service: worker", `POST ${commitById}/check_set/notify_in_progress`, { success: [204] }],
  [
    "service: worker",
    `PATCH ${commitById}/checks`,
    { body: { plugin_name: "acme/lint", status: "completed" }, success: [204] },
  ],
  ["service: worker", `PUT ${R}/:repo_id/issues`, { body: { sha: ":sha", source: "acme/lint", issues: null }, success: [204] }],
  ["service: worker", `POST ${commitById}/checks/wrap_up`, { success: [204] }],

  ["member", `GET ${commit}/coverage/summary`, { success: [200, 204] }],
  ["member", `GET ${commit}/coverage`],
  ["member", `GET ${commit}/coverage/file/:coverage_file`, { success: [200, 404] }],

  ["member", `GET ${R}/:name/secrets`],
  ["maintainer", `POST ${R}/:name/secrets`, { author: true, body: { name: "NEW", data: "x" }, success: [201] }],
  ["member", `POST ${R}/:name/secrets/check_name`, { body: { name: "OTHER" }, success: [200] }],
  ["maintainer", `PATCH ${R}/:name/secrets/:repository_secret`, { body: { data: "y" }, success: [200] }],
  ["maintainer", `DELETE ${R}/:name/secrets/:repository_secret`, { success: [204], destroys: "item" }],
  ["maintainer", `GET ${R}/:name/private_keys`],
  ["maintainer", `POST ${R}/:name/private_keys`, { body: { name: "new", key: ":key_text" }, success: [201] }],
  ["maintainer", `DELETE ${R}/:name/private_keys/:repository_key`, { success: [204], destroys: "item" }],

  ["service: cache", `GET ${R}/:repo_id/cache`, { query: engine }],
  ["service: cache", `POST ${R}/:repo_id/cache`, { query: newEntry, success: [200] }],
  ["service: cache", `GET ${R}/:repo_id/cache/:name_hash/meta`, { query: engine, success: [200, 404] }],
  ["service: cache", `PATCH ${R}/:repo_id/cache/:name_hash/touch`, { query: engine, success: [204] }],
  ["service: cache", `DELETE ${R}/:repo_id/cache/:name_hash`, { query: engine, success: [204], destroys: "item" }],
  ["maintainer", `POST ${R}/:name/settings/cache/purge`, { success: [204], destroys: "item" }],
  ["service: cache", "GET /v1/cache/tools", { query: engine }],
  ["service: cache", "POST /v1/cache/tools", { query: newEntry, success: [200] }],
  ["service: cache", "GET /v1/cache/tools/:name_hash/meta", { query: engine, success: [200, 404] }],
  ["service: cache", "PATCH /v1/cache/tools/:name_hash/touch", { query: engine, success: [204] }],
  ["service: cache", "DELETE /v1/cache/tools/:name_hash", { query: engine, success: [204], destroys: "item" }],

  ["service: worker", "POST /v1/worker/leases", { body: { worker: "w" }, success: [200, 204] }],
  ["service: worker", "POST /v1/worker/leases/:lease/renew"],
  ["service: worker", "POST /v1/worker/leases/:lease/release"],
  ["service: worker", "GET /v1/worker/jobs"],
  ["service: worker", "GET /v1/worker/jobs/:job/archive", { success: [200, 404] }],

  ["admin", "GET /v1/admin/sidebar_counters"],
  ["admin", "POST /v1/admin/sidekiq_panel_token", { token: true, success: [200] }],
  ["panel token", "GET /v1/admin/sidekiq_panel"],
  ["admin", "GET /v1/admin/tool_cache"],
  ["admin", "DELETE /v1/admin/tool_cache/:tool", { success: [204] }],
  ["admin", "POST /v1/admin/tool_cache/purge", { success: [204], destroys: "item" }],
  ["admin", "GET /v1/admin/users"],
  ["admin", "PATCH /v1/admin/users/:user/membership", { body: { role: "admin" }, success: [204] }],
  ["admin", "POST /v1/admin/users/:user/sync_perms", { success: [204] }],
  ["admin", "POST /v1/admin/users/:user/sync", { success: [204] }],
  ["admin", "POST /v1/admin/users/:user/logout", { success: [204] }],
  ["admin", "GET /v1/admin/repositories"],
  ["admin", "DELETE /v1/admin/repositories/:repo_id", { success: [204], destroys: "repository" }],
  ["admin", "GET /v1/admin/service_tokens"],
  ["admin", "POST /v1/admin/service_tokens", { token: true, body: description, success: [201] }],
  ["admin", "DELETE /v1/admin/service_tokens/:service_token", { token: true, success: [204], destroys: "item" }],
  ["admin", "GET /v1/admin/personal_tokens"],
  ["admin", "DELETE /v1/admin/personal_tokens/:personal_token", { token: true, success: [204], destroys: "item" }],
  ["admin", "DELETE /v1/admin/users/:user", { success: [204], destroys: "item" }],
  ["admin", "POST /v1/admin/resync_permissions", { success: [204] }],
  ["admin", "GET /v1/admin/storage"],
  ["admin", "POST /v1/admin/storage/evict", { body: { dry_run: true } }],
  ["admin", "GET /v1/admin/audit_log"],
  ["admin", "GET /v1/admin/deliveries"],
  ["admin", "POST /v1/admin/deliveries/:delivery/redeliver", { success: [204] }],

  ["signature", "POST /v1/github/events", { body: { zen: "Keep it logically awesome." } }],
];

/** Every entry, in the order of the table. */
export const accessTable: readonly Entry[] = rows.map(([who, route, options]) => {
  const space = route.indexOf(" ");
  // The type of rows says that a method stands there.
  const method = route.slice(0, space) as Entry["method"];
  return { who, method, path: route.slice(space + 1), ...options };
});
