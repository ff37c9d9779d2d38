import type { Cipher, Database, Queryable, Transaction } from "../../core";

/** Who signed in, as GitHub describes them. */
export interface GitHubPerson {
  githubId: number;
  login: string;
  avatarUrl: string | null;
  accessToken: string;
  /** Verified addresses only. */
  emails: readonly string[];
}

export interface SignedInUser {
  id: number;
  login: string;
  admin: boolean;
}

/** How another plugin shows a user. */
export interface UserPresentation {
  id: number;
  login: string;
  avatarUrl: string | null;
}

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
  /** Creates or updates the user who signed in. The first user of the platform becomes its admin. */
  signIn(tx: Transaction, person: GitHubPerson): Promise<SignedInUser>;
}

export function createUsers({ cipher }: { cipher: Cipher }): Users {
  const users: Users = {
    async byId(q, ids) {
      if (ids.length === 0) return new Map();
      const rows = await q.sql<UserPresentation[]>`
        SELECT id, login, avatar_url AS "avatarUrl" FROM users WHERE id = ANY(${[...ids]}::bigint[])`;
      return new Map(rows.map((row) => [row.id, row]));
    },

    async idsByEmail(q, emails) {
      if (emails.length === 0) return new Map();
      const rows = await q.sql<{ email: string; user_id: number }[]>`
        SELECT email, user_id FROM user_emails WHERE email = ANY(${[...emails]}::text[]::citext[])`;
      return new Map(rows.map((row) => [row.email.toLowerCase(), row.user_id]));
    },

    async emails(q, userId) {
      const rows = await q.sql<{ email: string }[]>`SELECT email FROM user_emails WHERE user_id = ${userId} ORDER BY id`;
      return rows.map(({ email }) => email);
    },

    async gitHubToken(q, userId) {
      const [row] = await q.sql<{ github_token: Uint8Array | null; github_id: number }[]>`
        SELECT github_token, github_id FROM users WHERE id = ${userId}`;
      return row?.github_token ? cipher.decrypt(row.github_token, tokenContext(row.github_id)) : null;
    },

    async forgetGrant(db, userId, refused) {
      await db.transaction(async (tx) => {
        await tx.sql`SELECT FROM users WHERE id = ${userId} FOR UPDATE`;
        if ((await users.gitHubToken(tx, userId)) !== refused) return;
        await tx.sql`UPDATE users SET github_token = NULL, updated_at = now() WHERE id = ${userId}`;
      });
    },

    async gitHubId(q, userId) {
      const [row] = await q.sql<{ github_id: number }[]>`SELECT github_id FROM users WHERE id = ${userId}`;
      return row?.github_id;
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
        RETURNING id, login, admin`;
      if (!user) throw new Error("the user who signed in wasn't stored");
      await replaceEmails(tx, user.id, person.emails);
      return user;
    },
  };
  return users;
}

async function replaceEmails(tx: Transaction, userId: number, emails: readonly string[]): Promise<void> {
  const kept = [...new Map(emails.map((email) => [email.toLowerCase(), email])).values()];
  await tx.sql`DELETE FROM user_emails WHERE user_id = ${userId} AND email <> ALL(${kept}::text[]::citext[])`;
  await tx.sql`
    INSERT INTO user_emails (user_id, email) SELECT ${userId}, unnest(${kept}::text[]::citext[])
    ON CONFLICT (email) DO UPDATE SET user_id = excluded.user_id, updated_at = now()`;
}

const tokenContext = (githubId: number): string => `users.github_token:platform:${githubId}`;
