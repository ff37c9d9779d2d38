import type { BareRepository } from "../git/bare-repository";

/** `none`: not in the organization. */
export type OrganizationRole = "admin" | "member" | "none";

/** Roles on a repository, weakest first, as GitHub names them. */
export const permissions = ["read", "triage", "write", "maintain", "admin"] as const;
export type Permission = (typeof permissions)[number];

export type Email = { email: string; primary: boolean; verified: boolean };

/** A person. Change through the stand-in's functions. */
export type User = {
  id: number;
  login: string;
  name: string | null;
  emails: Email[];
  orgRole: OrganizationRole;
  /** As an Enterprise Server does it: they stay a member, and may do nothing. */
  suspended: boolean;
};

export type Team = {
  id: number;
  name: string;
  /** User ids. */
  members: Set<number>;
  /** Permissions of its members, by repository id. */
  grants: Map<number, Permission>;
};

export type Organization = {
  id: number;
  login: string;
  /** What every member may do in every repository. */
  basePermission: Permission | "none";
};

export type RepositoryRecord = {
  id: number;
  /** Login of the organization or of a user. */
  owner: string;
  name: string;
  private: boolean;
  archived: boolean;
  description: string | null;
  defaultBranch: string;
  createdAt: Date;
  updatedAt: Date;
  pushedAt: Date | null;
  /** Permissions by user id. */
  collaborators: Map<number, Permission>;
  /** Whether the App's installation covers it. */
  appAccess: boolean;
  bare: BareRepository;
};

/** Everything that exists on this GitHub. */
export type World = {
  organization: Organization;
  users: Map<number, User>;
  teams: Map<number, Team>;
  repositories: Map<number, RepositoryRecord>;
  /** For the events that tell of a deletion. */
  deletedRepositories: Map<number, RepositoryRecord>;
  /** Ids by `<owner>/<name>` in lower case, for names that repositories gave up. */
  formerNames: Map<string, number>;
  /** @returns an id nothing else has; above 2^32, as GitHub's ids may be */
  nextId(): number;
};

export function createWorld(login: string, basePermission: Permission | "none"): World {
  let id = 5_000_000_000;
  const nextId = () => ++id;
  return {
    organization: { id: nextId(), login, basePermission },
    users: new Map(),
    teams: new Map(),
    repositories: new Map(),
    deletedRepositories: new Map(),
    formerNames: new Map(),
    nextId,
  };
}
