import { type Queryable, slot, type Transaction } from "../../core";

/** How many repositories somebody reaches, by level. */
export interface PermissionCounts {
  readonly user: number;
  readonly maintainer: number;
  readonly admin: number;
}

/** Knows what users may do where, as GitHub says. */
export interface UserPermissions {
  /** @returns by id of the account on GitHub; those who reach nothing may be left out. One statement */
  count(q: Queryable, githubIds: readonly number[]): Promise<ReadonlyMap<number, PermissionCounts>>;
  /** Has it read from GitHub again after the commit. */
  sync(tx: Transaction, userId: number): Promise<void>;
}

/** Filled by whoever keeps users' permissions. Without it nobody has any. */
export const userPermissions = slot.one<UserPermissions>("auth.user_permissions");
