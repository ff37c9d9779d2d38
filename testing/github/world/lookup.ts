import type { RepositoryRecord, User, World } from "./world";

/** @returns whether two logins or names are one to GitHub, which ignores their case */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export function findUser(world: World, login: string): User | undefined {
  return [...world.users.values()].find((user) => sameName(user.login, login));
}

export function findUserByEmail(world: World, email: string): User | undefined {
  return [...world.users.values()].find((user) => user.emails.some((one) => one.verified && sameName(one.email, email)));
}

export function findRepository(world: World, owner: string, name: string): RepositoryRecord | undefined {
  return [...world.repositories.values()].find((one) => sameName(one.owner, owner) && sameName(one.name, name));
}

/** @returns the repository that had this name before it was renamed, unless another one has taken it */
export function findRenamed(world: World, owner: string, name: string): RepositoryRecord | undefined {
  return world.repositories.get(world.formerNames.get(`${owner}/${name}`.toLowerCase()) ?? 0);
}

/** @returns the organization's repositories, oldest first */
export function organizationRepositories(world: World): RepositoryRecord[] {
  return [...world.repositories.values()].filter((one) => sameName(one.owner, world.organization.login));
}
