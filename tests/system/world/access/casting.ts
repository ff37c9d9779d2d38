import type { Database } from "../../../../core";
import type { Person, Token } from "./people";
import type { ServiceScope } from "./table";
import type { Level, PersonalScope } from "./verdict";

/** What a person is to be. */
export interface Role {
  readonly admin: boolean;
  /** In each repository; null: not a member. */
  readonly levels: readonly (Level | null)[];
  /** Of each of their personal tokens. */
  readonly scopes: readonly (readonly PersonalScope[])[];
}

/** Who may do what: for each person and each service token, in order. */
export interface Casting {
  readonly people: readonly Role[];
  readonly services: readonly (readonly ServiceScope[])[];
}

/** Makes people and tokens what the casting says. */
export async function cast(
  db: Database,
  { people, services }: Casting,
  parts: { people: readonly Person[]; services: readonly Token[]; repositoryIds: readonly number[] },
): Promise<void> {
  const memberships = people.flatMap(({ levels }, at) =>
    levels.flatMap((level, index) =>
      level === null ? [] : [{ repository: parts.repositoryIds[index], person: parts.people[at]?.gitHubId, level }],
    ),
  );
  await db.transaction(async ({ sql }) => {
    await sql`DELETE FROM repository_members`;
    await sql`
      INSERT INTO repository_members (repository_id, github_member_id, level)
      SELECT r.id, m.person, m.level FROM jsonb_to_recordset(${sql.json(memberships)}) AS m(repository bigint, person bigint, level text)
        JOIN repositories r ON r.id = m.repository`;
    for (const [at, { admin, scopes }] of people.entries()) {
      await sql`UPDATE users SET admin = ${admin} WHERE id = ${parts.people[at]?.id ?? 0}`;
      for (const [index, { id }] of (parts.people[at]?.personal ?? []).entries()) {
        await sql`UPDATE user_tokens SET scopes = ${[...(scopes[index] ?? [])]}::text[] WHERE id = ${id}`;
      }
    }
    for (const [at, { id }] of parts.services.entries()) {
      await sql`UPDATE service_tokens SET scopes = ${[...(services[at] ?? [])]}::text[] WHERE id = ${id}`;
    }
  });
}
