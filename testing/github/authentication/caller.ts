import type { KeyObject } from "node:crypto";
import { badCredentials, problem } from "../http/answers";
import { effectivePermission } from "../world/access";
import { sameName } from "../world/lookup";
import type { Permission, RepositoryRecord, User, World } from "../world/world";
import { checkAppJwt } from "./app-jwt";
import type { Tokens } from "./tokens";

/** Who makes a request. */
export type Caller =
  | { kind: "anonymous" }
  /** The App itself, by a JWT of its own. */
  | { kind: "app" }
  | { kind: "installation" }
  | { kind: "user"; user: User };

/** What it takes to recognise callers. */
export type Authentication = { world: World; tokens: Tokens; appId: number; publicKey: KeyObject };

/**
 * @param header value of the `Authorization` header: `bearer` or `token`, or `basic` with the token as password (the
 *   user name doesn't matter)
 * @returns the caller, or GitHub's refusal of credentials that aren't good
 */
export function authenticate(authentication: Authentication, header: string | null): Caller | Response {
  if (header === null) return { kind: "anonymous" };
  const [scheme = "", credentials = ""] = header.split(" ", 2);
  const token = scheme.toLowerCase() === "basic" ? passwordOf(credentials) : credentials;
  if (token.split(".").length === 3) {
    const complaint = checkAppJwt(token, authentication.appId, authentication.publicKey, Date.now() / 1000);
    return complaint === null ? { kind: "app" } : problem(401, complaint);
  }
  const found = authentication.tokens.find(token);
  if (found === undefined) return badCredentials();
  if (found.userId === null) return { kind: "installation" };
  const user = authentication.world.users.get(found.userId);
  if (user === undefined) return badCredentials();
  return user.suspended ? problem(403, "Sorry. Your account was suspended.") : { kind: "user", user };
}

/** @returns what a caller may do in a repository; null when it can't see it */
export function permissionOf(world: World, repository: RepositoryRecord, caller: Caller): Permission | null {
  if (caller.kind === "user") return effectivePermission(world, repository, caller.user);
  const installed = repository.appAccess && sameName(repository.owner, world.organization.login);
  if (caller.kind === "installation" && installed) return "write";
  return repository.private ? null : "read";
}

/** @returns a short name of the caller, for the request log */
export function nameOf(caller: Caller): string {
  return caller.kind === "user" ? `user:${caller.user.login}` : caller.kind;
}

function passwordOf(credentials: string): string {
  const text = Buffer.from(credentials, "base64").toString();
  return text.slice(text.indexOf(":") + 1);
}
