import type { Entry, ServiceScope } from "./table";

export type PersonalScope = "read" | "write" | "admin";
/** Least first. */
export const levels = ["user", "maintainer", "admin"] as const;
export type Level = (typeof levels)[number];

/** What a request shows to say who it comes from. */
export type Credential =
  | { readonly kind: "none" }
  /** A bearer token that nobody has, or has any more. */
  | { readonly kind: "unknown" }
  /** A repository's, as coverage uploads send it. */
  | { readonly kind: "repository"; readonly known: boolean }
  | { readonly kind: "service"; readonly scopes: readonly ServiceScope[] }
  | { readonly kind: "session"; readonly owner: Rights }
  | { readonly kind: "personal"; readonly owner: Rights; readonly scopes: readonly PersonalScope[] };

/** What a person may do, apart from any token. */
export interface Rights {
  readonly admin: boolean;
  /** In the repository that is asked for; null: not a member. */
  readonly level: Level | null;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
}

const refuse = (status: number, code: string): Refusal => ({ status, code });
const noAuthorization = refuse(401, "auth.no_authorization");
const invalidToken = refuse(401, "auth.invalid_token");
const forbidden = refuse(403, "auth.forbidden");
const insufficient = refuse(403, "auth.insufficient_scope");
const hidden = refuse(404, "not_found");

/** @returns how a request has to be refused; null when it is for the route to answer */
export function verdict(entry: Entry, credential: Credential): Refusal | null {
  if (entry.who === "public") return null;
  if (entry.who === "signature") return refuse(403, "github.invalid_signature");
  if (entry.who === "panel token") return forbidden;
  if (credential.kind === "none") return noAuthorization;
  if (entry.who === "repository token") return forRepositoryToken(credential);
  if (credential.kind === "unknown" || credential.kind === "repository") return invalidToken;
  if (credential.kind === "service") return forService(entry, credential.scopes);
  return forPerson(entry, credential);
}

function forRepositoryToken(credential: Credential): Refusal | null {
  if (credential.kind !== "repository") return invalidToken;
  return credential.known ? null : forbidden;
}

function forService({ who, author }: Entry, scopes: readonly ServiceScope[]): Refusal | null {
  const has = (scope: ServiceScope) => scopes.includes("all") || scopes.includes(scope);
  if (who === "user" || who === "admin" || author) return forbidden;
  const wanted = who.startsWith("service: ") ? (who.slice("service: ".length) as ServiceScope) : "all";
  return has(wanted) ? null : insufficient;
}

function forPerson(entry: Entry, credential: Extract<Credential, { owner: Rights }>): Refusal | null {
  const { who, method, path } = entry;
  const { owner } = credential;
  const administration = who === "admin" || who === "admin or service";
  if (who.startsWith("service: ")) return forbidden;
  if (administration && !owner.admin) return forbidden;
  if (credential.kind === "personal") {
    if (entry.token) return forbidden;
    const wanted = administration ? "admin" : method === "GET" ? "read" : "write";
    const order = ["read", "write", "admin"];
    if (!credential.scopes.some((scope) => order.indexOf(scope) >= order.indexOf(wanted))) return insufficient;
  }
  if (!isOfRepository(path) || owner.admin) return null;
  if (owner.level === null) return hidden;
  const least = who === "maintainer" ? "maintainer" : who === "repository admin" ? "admin" : "user";
  return levels.indexOf(owner.level) < levels.indexOf(least) ? forbidden : null;
}

const isOfRepository = (path: string): boolean => /^\/v1\/repositories\/:/.test(path);
