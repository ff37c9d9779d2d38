import type { Guard, RequestContext } from "../../core";
import type { Caller, ServiceCaller, UserCaller } from "./caller";
import { errors } from "./errors";

/** The guards a route's `access` is made of. Each adds the caller to what the handler gets. */
export interface AccessGuards {
  /** Any valid bearer token. */
  readonly any: Guard<object, { caller: Caller }>;
  /** A session or personal token: somebody who can be named as author. */
  readonly user: Guard<object, { caller: UserCaller }>;
  /** A platform admin's session or personal token. */
  readonly admin: Guard<object, { caller: UserCaller }>;
  /** A service token. */
  readonly service: Guard<object, { caller: ServiceCaller }>;
  /** A platform admin or a service token. */
  readonly adminOrService: Guard<object, { caller: Caller }>;
}

/** @param authenticate turns the `Authorization` header into a caller, or throws */
export function createGuards(authenticate: (header: string | null) => Promise<Caller>): AccessGuards {
  function guard<C extends Caller>(label: string, accept: (caller: Caller) => C | null): Guard<object, { caller: C }> {
    return {
      label,
      security: "bearer",
      errors: ["auth.no_authorization", "auth.invalid_token", ...(label === "any" ? [] : ["auth.forbidden"])],
      check: async (context: RequestContext) => {
        const caller = await authenticate(context.request.headers.get("authorization"));
        context.actor = caller.kind === "user" ? `user:${caller.login}` : `service:${caller.id}`;
        const accepted = accept(caller);
        if (!accepted) throw errors.fail("auth.forbidden");
        return { caller: accepted };
      },
    };
  }
  const asUser = (caller: Caller): UserCaller | null => (caller.kind === "user" ? caller : null);
  const asAdmin = (caller: Caller): UserCaller | null => (caller.kind === "user" && caller.admin ? caller : null);
  const asService = (caller: Caller): ServiceCaller | null => (caller.kind === "service" ? caller : null);
  return {
    any: guard("any", (caller) => caller),
    user: guard("user", asUser),
    admin: guard("admin", asAdmin),
    service: guard("service", asService),
    adminOrService: guard("admin or service", (caller) => asService(caller) ?? asAdmin(caller)),
  };
}
