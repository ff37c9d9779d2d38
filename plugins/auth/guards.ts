import { defineCredential, type Guard, type RequestContext } from "../../core";
import type { Authenticator } from "./authenticate";
import type { Caller, ServiceCaller, SessionCaller, UserCaller } from "./caller";
import { errors } from "./errors";
import { limited } from "./limits/limited";
import type { RequestLimits } from "./limits/request-limits";
import { covers, type PersonalScope, scopeOfMethod } from "./personal-scope";
import type { Read, Reading } from "./reading";
import { reaches, type ServiceScope } from "./service-scope";

/** A guard that finds out who calls, and can have something read in the same statement. */
export interface AccessGuard<C extends Caller> extends Guard<object, { caller: C }> {
  /**
   * @param reading what to read; a function where that depends on the request
   * @returns the same guard, which also adds `read`. See {@link Reading}.
   */
  reading<Found>(
    reading: Reading<Found> | ((context: RequestContext) => Reading<Found>),
  ): Guard<object, { caller: C } & Read<Found>>;
}

/**
 * The guards a route's `access` is made of. Each adds the caller to what the handler gets. Personal tokens pass as far as their scopes go:
 * GET and HEAD with `read`, everything else with `write`, what is for admins with `admin`.
 */
export interface AccessGuards {
  /** Any valid bearer token; of service tokens those with the scope `all`. */
  readonly any: AccessGuard<Caller>;
  /** The same without personal tokens: for routes that make or revoke a token, and that programs may call as well. */
  readonly anyButPersonal: AccessGuard<Caller>;
  /** A session or personal token: somebody who can be named as author. */
  readonly user: AccessGuard<UserCaller>;
  /** A session, and no other token: for routes that make or revoke tokens. */
  readonly session: AccessGuard<SessionCaller>;
  /** A platform admin's session or personal token. */
  readonly admin: AccessGuard<UserCaller>;
  /** A platform admin's session, and no other token. */
  readonly adminSession: AccessGuard<SessionCaller>;
  /**
   * A service token with that scope, or with `all`.
   * @example
   * access: auth.service("worker")
   */
  service(scope: ServiceScope): AccessGuard<ServiceCaller>;
  /** A platform admin, or a service token with that scope. */
  adminOrService(scope: ServiceScope): AccessGuard<Caller>;
}

/** What people, scripts and services send. */
const bearer = defineCredential("bearer", {
  type: "http",
  scheme: "bearer",
  description: "A session token (`coa_…`), personal access token (`cop_…`) or service token (`cos_…`).",
});

export function createGuards(authenticator: Authenticator, limits: RequestLimits): AccessGuards {
  const authenticate = limited(
    async ({ request }) => ({ caller: await authenticator.authenticate(request.headers.get("authorization")) }),
    limits,
  );

  function guard<C extends Caller>(
    label: string,
    refusals: readonly string[],
    accept: (caller: Caller, method: string) => C,
  ): AccessGuard<C> {
    function accepted(context: RequestContext, caller: Caller): C {
      context.actor = caller.kind === "user" ? `user:${caller.login}` : `service:${caller.id}`;
      context.credential = credentialOf(caller);
      return accept(caller, context.request.method);
    }
    const common = {
      label,
      security: bearer,
      errors: ["auth.no_authorization", "auth.invalid_token", "request.rate_limited", ...refusals],
    };
    return {
      ...common,
      adds: { caller: "who calls" },
      check: async (context) => ({ caller: accepted(context, (await authenticate(context)).caller) }),
      reading<Found>(reading: Reading<Found> | ((context: RequestContext) => Reading<Found>)) {
        const choose = typeof reading === "function" ? reading : () => reading;
        const authenticateAndRead = limited((context) => authenticator.authenticateAndRead(context, choose(context)), limits);
        return {
          ...common,
          adds: { caller: "who calls", read: "what was read together with the caller" },
          check: async (context: RequestContext) => {
            const { caller, read } = await authenticateAndRead(context);
            return { caller: accepted(context, caller), read };
          },
        };
      },
    };
  }
  const outside = (caller: UserCaller, method: string) => withPersonalScope(caller, scopeOfMethod(method));
  const administers = (caller: Caller) => withPersonalScope(asAdmin(caller), "admin");
  return {
    any: guard("any", ["auth.insufficient_scope"], (caller, method) =>
      caller.kind === "user" ? outside(caller, method) : withScope(caller, "all"),
    ),
    anyButPersonal: guard("any but a personal token", beyondScope, (caller) =>
      caller.kind === "user" ? asSession(caller) : withScope(caller, "all"),
    ),
    user: guard("user", beyondScope, (caller, method) => outside(asUser(caller), method)),
    session: guard("user, with a session", ["auth.forbidden"], asSession),
    admin: guard("admin", beyondScope, administers),
    adminSession: guard("admin, with a session", ["auth.forbidden"], (caller) => asSession(asAdmin(caller))),
    service: (scope) => guard(serviceLabel(scope), beyondScope, (caller) => withScope(asService(caller), scope)),
    adminOrService: (scope) =>
      guard(`admin or ${serviceLabel(scope)}`, beyondScope, (caller) =>
        caller.kind === "user" ? administers(caller) : withScope(caller, scope),
      ),
  };
}

/** As people call them. */
function credentialOf(caller: Caller): string {
  if (caller.kind === "service") return "service";
  return caller.token.kind === "auth" ? "session" : "personal";
}

const beyondScope = ["auth.forbidden", "auth.insufficient_scope"];
const serviceLabel = (scope: ServiceScope): string => (scope === "all" ? "service" : `service (scope \`${scope}\`)`);

function asUser(caller: Caller): UserCaller {
  if (caller.kind !== "user") throw errors.fail("auth.forbidden");
  return caller;
}

function asSession(caller: Caller): SessionCaller {
  const { token, ...user } = asUser(caller);
  if (token.kind !== "auth")
    throw errors.fail("auth.forbidden", "Tokens are made and revoked by whoever is signed in, not by tokens");
  return { ...user, token };
}

function asAdmin(caller: Caller): UserCaller {
  const user = asUser(caller);
  if (!user.admin) throw errors.fail("auth.forbidden");
  return user;
}

function asService(caller: Caller): ServiceCaller {
  if (caller.kind !== "service") throw errors.fail("auth.forbidden");
  return caller;
}

function withScope(caller: ServiceCaller, scope: ServiceScope): ServiceCaller {
  if (reaches(caller.scopes, scope)) return caller;
  throw beyond(scope);
}

function withPersonalScope(caller: UserCaller, scope: PersonalScope): UserCaller {
  if (caller.token.kind === "auth" || covers(caller.token.scopes, scope)) return caller;
  throw beyond(scope);
}

const beyond = (scope: ServiceScope | PersonalScope) =>
  errors.fail("auth.insufficient_scope", `This needs a token with the scope \`${scope}\``);
