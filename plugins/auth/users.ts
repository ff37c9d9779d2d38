import { eq, sql } from "drizzle-orm";
import {
  type Cipher,
  CipherError,
  type Database,
  type Given,
  type Logger,
  preparedRead,
  type Queryable,
  type Transaction,
} from "../../core";
import { gitHubTokens } from "./encrypted";
import { type GitHubPerson, recordPerson, type SignedInUser } from "./record-person";
import { userEmails, users } from "./tables";

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
  /** @returns the token GitHub gave for acting as this user; null when there is none any more, or none that can be read */
  gitHubToken(q: Queryable, userId: number): Promise<string | null>;
  /** Forgets a token that GitHub refuses, unless another one has taken its place. */
  forgetGrant(db: Database, userId: number, refused: string): Promise<void>;
  /** @returns the id of the user's account on GitHub; undefined when there is no such user */
  gitHubId(q: Queryable, userId: number): Promise<number | undefined>;
  /** @returns everybody's account on GitHub */
  accounts(q: Queryable): Promise<{ id: number; githubId: number }[]>;
  /** @returns how many users there are */
  count(q: Queryable): Promise<number>;
  /** Creates or updates the user who signed in, see {@link recordPerson}. */
  signIn(tx: Transaction, person: GitHubPerson): Promise<SignedInUser>;
}

export function createUsers({ cipher, log }: { cipher: Cipher; log: Logger }): Users {
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
      if (!user?.githubToken) return null;
      try {
        return cipher.decrypt(user.githubToken, gitHubTokens.context(user));
      } catch (error) {
        if (!(error instanceof CipherError)) throw error;
        log.error({ err: error, userId }, "a user's GitHub token can't be read; they have to sign in again");
        return null;
      }
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

    accounts: (q) => allAccounts(q, {}),

    async count(q) {
      const [row] = await q.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM users`;
      return row?.count ?? 0;
    },

    signIn: (tx, person) => recordPerson(tx, cipher, person),
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

const allAccounts = preparedRead((orm, _given: Given<object>) =>
  orm.select({ id: users.id, githubId: users.githubId }).from(users).orderBy(users.id),
);

const grantOf = preparedRead((orm, { userId }: Given<{ userId: number }>) =>
  orm.select({ githubId: users.githubId, githubToken: users.githubToken }).from(users).where(eq(users.id, userId)),
);
