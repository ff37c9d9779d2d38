import type { ServiceScope } from "./service-scope";

/** A person, acting through a session or a personal token. */
export interface UserCaller {
  readonly kind: "user";
  readonly id: number;
  readonly login: string;
  readonly githubId: number;
  /** Platform admin: sees and may do everything a user may do on every repository. */
  readonly admin: boolean;
  readonly token: { readonly id: number; readonly kind: "auth" | "personal" };
}

/** A program, acting through a service token. Passes every repository's scope and level, on routes that its own scopes open. */
export interface ServiceCaller {
  readonly kind: "service";
  readonly id: number;
  readonly scopes: readonly ServiceScope[];
}

/** Who makes a request. */
export type Caller = UserCaller | ServiceCaller;

/** @returns whether every repository is visible to the caller */
export const seesEverything = (caller: Caller): boolean => caller.kind === "service" || caller.admin;
