import { defineCredential, type Guard, type RequestContext } from "../../core";
import type { Caller, ServiceCaller, UserCaller } from "./caller";
import { errors } from "./errors";
import { reaches, type ServiceScope } from "./service-scope";

/** The guards a route's `access` is made of. Each adds the caller to what the handler gets. */
export interface AccessGuards {
  /** Any valid bearer token; of service tokens those with the scope `all`. */
  readonly any: Guard<object, { caller: Caller }>;
  /** A session or personal token: somebody who can be named as author. */
  readonly user: Guard<object, { caller: UserCaller }>;
  /** A platform admin's session or personal token. */
  readonly admin: Guard<object, { caller: UserCaller }>;
  /**
   * A service token with that scope, or with `all`.
   * @example
   * access: auth.service("worker")
   */
  service(scope: ServiceScope): Guard<object, { caller: ServiceCaller }>;
  /** A platform admin, or a service token with that scope. */
  adminOrService(scope: ServiceScope): Guard<object, { caller: Caller }>;
}

/** What people, scripts and services send. */
const bearer = defineCredential("bearer", {
  type: "http",
  scheme: "bearer",
  description: "A session token (`coa_…`), personal access token (`cop_…`) or service token (`cos_…`).",
});

/** @param authenticate turns the `Authorization` header into a caller, or throws */
export function createGuards(authenticate: (header: string | null) => Promise<Caller>): AccessGuards {
  function guard<C extends Caller>(
    label: string,
    refusals: readonly string[],
    accept: (caller: Caller) => C,
  ): Guard<object, { caller: C }> {
    return {
      label,
      security: bearer,
      adds: { caller: "who calls" },
      errors: ["auth.no_authorization", "auth.invalid_token", ...refusals],
      check: async (context: RequestContext) => {
        const caller = await authenticate(context.request.headers.get("authorization"));
        context.actor = caller.kind === "user" ? `user:${caller.login}` : `service:${caller.id}`;
        context.credential = credentialOf(caller);
        return { caller: accept(caller) };
      },
    };
  }
  return {
    any: guard("any", ["auth.insufficient_scope"], (caller) => (caller.kind === "user" ? caller : withScope(caller, "all"))),
    user: guard("user", ["auth.forbidden"], asUser),
    admin: guard("admin", ["auth.forbidden"], asAdmin),
    service: (scope) => guard(serviceLabel(scope), beyondScope, (caller) => withScope(asService(caller), scope)),
    adminOrService: (scope) =>
      guard(`admin or ${serviceLabel(scope)}`, beyondScope, (caller) =>
        caller.kind === "user" ? asAdmin(caller) : withScope(caller, scope),
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
  throw errors.fail("auth.insufficient_scope", `This needs a token with the scope \`${scope}\``);
}
