import type { Permission, Team, User, World } from "./world";

/** A team of the organization, as tests handle it. */
export type TeamHandle = {
  readonly id: number;
  readonly name: string;
  add(user: User): void;
  remove(user: User): void;
  /** Sets or, with null, withdraws what its members may do in a repository. */
  grant(repository: { id: number }, permission: Permission | null): void;
  delete(): void;
};

export function addTeam(world: World, name: string): TeamHandle {
  const team: Team = { id: world.nextId(), name, members: new Set(), grants: new Map() };
  world.teams.set(team.id, team);
  return {
    id: team.id,
    name,
    add: ({ id }) => void team.members.add(id),
    remove: ({ id }) => void team.members.delete(id),
    grant({ id }, permission) {
      if (permission === null) team.grants.delete(id);
      else team.grants.set(id, permission);
    },
    delete: () => void world.teams.delete(team.id),
  };
}
