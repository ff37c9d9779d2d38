import { organizationRepositories, sameName } from "./lookup";
import { type Permission, permissions, type RepositoryRecord, type User, type World } from "./world";

/**
 * What a person may do in a repository without counting that anybody may read a public one: as its owner, as an owner
 * of the organization, as a collaborator, as a member of a team, or by the organization's base permission; the strongest counts.
 *
 * @returns null when nothing was granted
 */
export function grantedPermission(world: World, repository: RepositoryRecord, user: User): Permission | null {
  if (sameName(repository.owner, user.login)) return "admin";
  const grants: (Permission | "none" | undefined)[] = [repository.collaborators.get(user.id)];
  if (sameName(repository.owner, world.organization.login)) {
    if (user.orgRole === "admin") return "admin";
    if (user.orgRole === "member") grants.push(world.organization.basePermission);
    for (const team of world.teams.values()) if (team.members.has(user.id)) grants.push(team.grants.get(repository.id));
  }
  return permissions.findLast((permission) => grants.includes(permission)) ?? null;
}

/** @returns what a person may do in a repository, everything counted; null when they can't see it */
export function effectivePermission(world: World, repository: RepositoryRecord, user: User): Permission | null {
  return grantedPermission(world, repository, user) ?? (repository.private ? null : "read");
}

/** @returns whether one permission includes another */
export function includes(permission: Permission | null, wanted: Permission): boolean {
  return permission !== null && permissions.indexOf(permission) >= permissions.indexOf(wanted);
}

/** @returns everybody with granted access, oldest account first */
export function collaboratorsOf(world: World, repository: RepositoryRecord): { user: User; permission: Permission }[] {
  return [...world.users.values()].flatMap((user) => {
    const permission = grantedPermission(world, repository, user);
    return permission === null ? [] : [{ user, permission }];
  });
}

/** @returns people outside the organization who collaborate on one of its repositories */
export function outsideCollaborators(world: World): User[] {
  const repositories = organizationRepositories(world);
  return [...world.users.values()].filter(
    (user) => user.orgRole === "none" && repositories.some((repository) => repository.collaborators.has(user.id)),
  );
}
