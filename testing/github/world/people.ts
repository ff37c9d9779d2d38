import { findUser, organizationRepositories } from "./lookup";
import type { Email, OrganizationRole, User, World } from "./world";

/** A person to add. */
export type NewUser = {
  login: string;
  id?: number;
  name?: string | null;
  /** Default: one verified address, `<login>@example.org`. A plain text is a verified address; the first is primary. */
  emails?: (string | Email)[];
  /** Default: `member`. */
  orgRole?: OrganizationRole;
  /** Default: false. */
  suspended?: boolean;
};

/** @throws {Error} when the login is taken */
export function addUser(world: World, user: NewUser): User {
  if (findUser(world, user.login) !== undefined) throw new Error(`there is a user ${user.login} already`);
  const added: User = {
    id: user.id ?? world.nextId(),
    login: user.login,
    name: user.name ?? null,
    emails: emailList(user.emails ?? [`${user.login.toLowerCase()}@example.org`]),
    orgRole: user.orgRole ?? "member",
    suspended: user.suspended ?? false,
  };
  world.users.set(added.id, added);
  return added;
}

/** Changes the named properties only. */
export function updateUser(user: User, changes: Partial<Omit<NewUser, "id">>): void {
  const { emails, ...others } = changes;
  Object.assign(user, others);
  if (emails !== undefined) user.emails = emailList(emails);
}

/** Takes a person out of the organization and, as GitHub does, out of its teams and repositories. */
export function removeMember(world: World, user: User): void {
  user.orgRole = "none";
  for (const team of world.teams.values()) team.members.delete(user.id);
  for (const repository of organizationRepositories(world)) repository.collaborators.delete(user.id);
}

function emailList(emails: (string | Email)[]): Email[] {
  return emails.map((email, at) => (typeof email === "string" ? { email, primary: at === 0, verified: true } : email));
}
