import type { Casting } from "./casting";
import type { Furnished } from "./furnish";
import type { Credential, Rights } from "./verdict";
import type { AccessWorld } from "./world";

/** One way to call: what is sent, and what that stands for. */
export interface Caller {
  /** For messages. */
  readonly label: string;
  readonly authorization: string | null;
  /** In one of the repositories. */
  readonly credential: (at: number) => Credential;
  /** Sees what the repository keeps. */
  readonly sees: (at: number) => boolean;
}

/** Everybody of a casting, and those who are nobody. */
export function callersOf(world: AccessWorld, casting: Casting): Caller[] {
  const nobody = (label: string, authorization: string | null, credential: Credential): Caller => ({
    label,
    authorization,
    credential: () => credential,
    sees: () => false,
  });
  const people = casting.people.flatMap((role, at) => {
    const person = world.people[at];
    if (!person) return [];
    const rights = (index: number): Rights => ({ admin: role.admin, level: role.levels[index] ?? null });
    const sees = (index: number) => role.admin || (role.levels[index] ?? null) !== null;
    const label = `${person.login} (${role.admin ? "platform admin, " : ""}${role.levels.join("/")})`;
    const session: Caller = {
      label,
      authorization: `bearer ${person.session}`,
      credential: (index) => ({ kind: "session", owner: rights(index) }),
      sees,
    };
    const personal = person.personal.map(({ text }, index): Caller => {
      const scopes = role.scopes[index] ?? [];
      return {
        label: `${label}'s personal token: ${scopes.join()}`,
        authorization: `bearer ${text}`,
        credential: (repository) => ({ kind: "personal", owner: rights(repository), scopes }),
        sees,
      };
    });
    return [session, ...personal];
  });
  const services = world.services.map(({ text }, at): Caller => {
    const scopes = casting.services[at] ?? [];
    return {
      label: `service token: ${scopes.join()}`,
      authorization: `bearer ${text}`,
      credential: () => ({ kind: "service", scopes }),
      sees: () => true,
    };
  });
  return [
    nobody("nobody", null, { kind: "none" }),
    nobody("a blank header", "  ", { kind: "none" }),
    nobody("an invented token", `bearer coa_${"0".repeat(64)}`, { kind: "unknown" }),
    nobody("an expired token", `bearer ${world.expired}`, { kind: "unknown" }),
    nobody("an invented repository's token", `token crt_${"0".repeat(42)}`, { kind: "repository", known: false }),
    ...world.repositories.flatMap((repository, at) => repositoryTokens(repository, at)),
    ...people,
    ...services,
  ];
}

function repositoryTokens({ name, token }: Furnished, at: number): Caller[] {
  const sees = (index: number) => index === at;
  return [
    {
      label: `the token of ${name}`,
      authorization: `token ${token}`,
      credential: () => ({ kind: "repository", known: true }),
      sees,
    },
    {
      label: `the token of ${name} as bearer`,
      authorization: `bearer ${token}`,
      credential: () => ({ kind: "unknown" }),
      sees,
    },
  ];
}
