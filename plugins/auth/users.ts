import { eq, sql } from "drizzle-orm";
import {
  type Cipher,
  type Database,
  type Given,
  preparedRead,
  type Queryable,
  type RowOf,
  rowColumns,
  type Transaction,
} from "../../core";
import { userEmails, users } from "./tables";

/** Who signed in, as GitHub describes them. */
export interface GitHubPerson {
  githubId: number;
  login: string;
  avatarUrl: string | null;
  accessToken: string;
  /** Verified addresses only. */
  emails: readonly string[];
}

const signedInColumns = rowColumns(users, ["id", "login", "admin"]);
export type SignedInUser = RowOf<typeof signedInColumns>;

/** How another plugin shows a user. */
export type UserPresentation = Pick<typeof users.$inferSelect, "id" | "login" | "avatarUrl">;

/** The platform's users. */
export interface Users {
  /** @returns the users of these ids, by id; ids of nobody are left out */
  byId(q: Queryable, ids: readonly number[]): Promise<Map<number, UserPresentation>>;
  /** @returns the ids of the users these verified addresses belong to, by address in lower case */
  idsByEmail(q: Queryable, emails: readonly string[]): Promise<Map<string, number>>;
  /** @returns the user's verified addresses */
  emails(q: Queryable, userId: number): Promise<string[]>;
  /** @returns the token GitHub gave for acting as this user; null when there is none any more */
  gitHubToken(q: Queryable, userId: number): Promise<string | null>;
  /** Forgets a token that GitHub refuses, unless another one has taken its place. */
  forgetGrant(db: Database, userId: number, refused: string): Promise<void>;
  /** @returns the id of the user's account on GitHub; undefined when there is no such user */
  gitHubId(q: Queryable, userId: number): Promise<number | undefined>;
  /** @returns how many users there are */
  count(q: Queryable): Promise<number>;
  /** Creates or updates the user who signed in. The first user of the platform becomes its admin. */
  signIn(tx: Transaction, person: GitHubPerson): Promise<SignedInUser>;
}

export function createUsers({ cipher }: { cipher: Cipher }): Users {
  const api: Users = {
    async byId(q, ids) {
      if (ids.length === 0) return new Map();
      const rows = await presentations(q, { ids });
      return new Map(rows.map((row) => [row.id, row]));
    },

    async idsByEmail(q, emails) {
      if (emails.length === 0) return new Map();
      const rows = await ownersOf(q, { emails });
      return new Map(rows.map(({ email, userId }) => [email.toLowerCase(), userId]));
    },

    async emails(q, userId) {
      const rows = await emailsOf(q, { userId });
      return rows.map(({ email }) => email);
    },

    async gitHubToken(q, userId) {
      const [user] = await grantOf(q, { userId });
      return user?.githubToken ? cipher.decrypt(user.githubToken, tokenContext(user.githubId)) : null;
    },

    async forgetGrant(db, userId, refused) {
      await db.transaction(async (tx) => {
        await tx.sql`SELECT FROM users WHERE id = ${userId} FOR UPDATE`;
        if ((await api.gitHubToken(tx, userId)) !== refused) return;
        await tx.sql`UPDATE users SET github_token = NULL, updated_at = now() WHERE id = ${userId}`;
      });
    },

    async gitHubId(q, userId) {
      const [user] = await grantOf(q, { userId });
      return user?.githubId;
    },

    async count(q) {
      const [row] = await q.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM users`;
      return row?.count ?? 0;
    },

    async signIn(tx, person) {
      // One sign-in at a time: the first user, logins that changed hands and addresses that moved need no further care then.
      await tx.sql`SELECT pg_advisory_xact_lock(hashtext('auth.sign_in'))`;
      await tx.sql`
        UPDATE users SET login = login || '~' || github_id, updated_at = now()
         WHERE login = ${person.login} AND github_id <> ${person.githubId}`;
      const [user] = await tx.sql<SignedInUser[]>`
        INSERT INTO users (login, github_id, github_token, avatar_url, admin)
        VALUES (${person.login}, ${person.githubId}, ${cipher.encrypt(person.accessToken, tokenContext(person.githubId))},
                ${person.avatarUrl}, NOT EXISTS (SELECT FROM users))
        ON CONFLICT (github_id) DO UPDATE
           SET login = excluded.login, github_token = excluded.github_token, avatar_url = excluded.avatar_url, updated_at = now()
        RETURNING ${signedInColumns(tx)}`;
      if (!user) throw new Error("the user who signed in wasn't stored");
      await replaceEmails(tx, user.id, person.emails);
      return user;
    },
  };
  return api;
}

const presentations = preparedRead((orm, { ids }: Given<{ ids: readonly number[] }>) =>
  orm
    .select({ id: users.id, login: users.login, avatarUrl: users.avatarUrl })
    .from(users)
    .where(sql`${users.id} = ANY(${ids})`),
);

const ownersOf = preparedRead((orm, { emails }: Given<{ emails: readonly string[] }>) =>
  orm
    .select({ email: userEmails.email, userId: userEmails.userId })
    .from(userEmails)
    .where(sql`${userEmails.email} = ANY(${emails}::text[]::citext[])`),
);

const emailsOf = preparedRead((orm, { userId }: Given<{ userId: number }>) =>
  orm.select({ email: userEmails.email }).from(userEmails).where(eq(userEmails.userId, userId)).orderBy(userEmails.id),
);

const grantOf = preparedRead((orm, { userId }: Given<{ userId: number }>) =>
  orm.select({ githubId: users.githubId, githubToken: users.githubToken }).from(users).where(eq(users.id, userId)),
);

async function replaceEmails(tx: Transaction, userId: number, emails: readonly string[]): Promise<void> {
  const kept = [...new Map(emails.map((email) => [email.toLowerCase(), email])).values()];
  await tx.sql`DELETE FROM user_emails WHERE user_id = ${userId} AND email <> ALL(${kept}::text[]::citext[])`;
  await tx.sql`
    INSERT INTO user_emails (user_id, email) SELECT ${userId}, unnest(${kept}::text[]::citext[])
    ON CONFLICT (email) DO UPDATE SET user_id = excluded.user_id, updated_at = now()`;
}

const tokenContext = (githubId: number): string => `users.github_token:platform:${githubId}`;
