import type { PersonalScope } from "./personal-scope";
import type { ServiceScope } from "./service-scope";

/** A session's token: good for whatever its owner may do. */
interface SessionToken {
  readonly id: number;
  readonly kind: "auth";
  readonly scopes: null;
  readonly expiresAt: Date | null;
}

/** A personal access token: good for what its scopes open of what its owner may do. */
interface PersonalToken {
  readonly id: number;
  readonly kind: "personal";
  readonly scopes: readonly PersonalScope[];
  readonly expiresAt: Date | null;
}

/** A person, acting through a session or a personal token. */
export interface UserCaller {
  readonly kind: "user";
  readonly id: number;
  readonly login: string;
  readonly githubId: number;
  readonly avatarUrl: string | null;
  /** Platform admin: sees and may do everything a user may do on every repository. */
  readonly admin: boolean;
  readonly token: SessionToken | PersonalToken;
}

/** A person who is signed in: who may make and revoke tokens. */
export interface SessionCaller extends UserCaller {
  readonly token: SessionToken;
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
