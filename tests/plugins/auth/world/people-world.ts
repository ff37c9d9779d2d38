import { join } from "node:path";
import { tokens } from "../../../../plugins/auth/tokens";
import { useTestPlatform } from "../../../../testing";
import { json } from "../../../../testing/factories";

export interface Person {
  readonly id: number;
  readonly login: string;
  /** Of a session. */
  readonly token: string;
}

/** The whole platform, whose first admin is called `admin`, a note of each act, and keepsakes that have an owner. */
export async function usePeopleWorld() {
  const platform = await useTestPlatform({ plugins: [join(import.meta.dir, "act-noting")] });
  const { db, github } = platform;
  await db.sql`CREATE TABLE noted_acts (id bigint GENERATED ALWAYS AS IDENTITY, who text, action text NOT NULL, subject jsonb NOT NULL)`;
  await db.sql`CREATE TABLE keepsakes (name text NOT NULL, owner_id bigint NOT NULL REFERENCES users (id))`;
  const admin = await platform.admin();

  const isAdmin = async (id: number): Promise<boolean> => {
    const [row] = await db.sql<{ admin: boolean }[]>`SELECT admin FROM users WHERE id = ${id}`;
    return row?.admin ?? false;
  };

  let made = 0;

  /** Makes a user with a session: as signing in does, at a fraction of its cost. */
  async function person(login = `person-${made}`): Promise<Person> {
    made += 1;
    const { id: githubId } = github.addUser({ login });
    const [row] = await db.sql<{ id: number }[]>`
      INSERT INTO users (login, github_id) VALUES (${login}, ${githubId}) RETURNING id`;
    const id = row?.id ?? 0;
    return { id, login, token: await tokens.createSession(db, id) };
  }

  return {
    ...platform,
    adminToken: admin,
    isAdmin,
    /** Sends a request, as the first admin unless a token is given. */
    ask: (method: string, path: string, { token = admin, body }: { token?: string; body?: unknown } = {}) =>
      platform.request(method, path, { token, ...(body === undefined ? {} : { body }) }),
    person,
    /** The same for an admin. */
    async adminPerson(login?: string): Promise<Person> {
      const signedIn = await person(login);
      await db.sql`UPDATE users SET admin = true WHERE id = ${signedIn.id}`;
      return signedIn;
    },
    /** @returns what was done on purpose while something went on, oldest first */
    async actsOf(work: () => Promise<unknown>): Promise<unknown[]> {
      await db.sql`TRUNCATE noted_acts`;
      await work();
      const rows = await db.sql<{ who: string; action: string; subject: unknown }[]>`
        SELECT who, action, subject FROM noted_acts ORDER BY id`;
      return [...rows];
    },
    /** @returns the memberships of somebody, as `repository: level` */
    async memberships(login: string): Promise<Record<string, string>> {
      const rows = await db.sql<{ name: string; level: string }[]>`
        SELECT r.name::text, m.level FROM repository_members m JOIN repositories r ON r.id = m.repository_id
         WHERE m.github_member_id = ${github.user(login).id} ORDER BY 1`;
      return Object.fromEntries(rows.map(({ name, level }) => [name, level]));
    },
  };
}

/** @returns status and error code of an answer; the code is null when it has no body */
export async function outcome(answer: Response): Promise<{ status: number; code: unknown }> {
  if (answer.status === 204) return { status: 204, code: null };
  const { code } = await json<{ code: unknown }>(answer, answer.status);
  return { status: answer.status, code };
}
