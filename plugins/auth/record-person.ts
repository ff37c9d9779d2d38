import { type Cipher, type RowOf, rowColumns, type Transaction } from "../../core";
import { gitHubTokens } from "./encrypted";
import { users } from "./tables";

/** Who signed in, as GitHub describes them. */
export interface GitHubPerson {
  githubId: number;
  login: string;
  avatarUrl: string | null;
  accessToken: string;
  /** Verified addresses only. */
  emails: readonly string[];
  /** When GitHub was asked, or before, by the database's clock. */
  seenAt: Date;
}

const signedInColumns = rowColumns(users, ["id", "login", "admin"]);
export type SignedInUser = RowOf<typeof signedInColumns>;

/**
 * Creates or updates the user who signed in. The first user of the platform becomes its admin.
 *
 * Logins and addresses pass from one person to another on GitHub. Whoever was seen with one later has it here, in whatever order their
 * sign-ins end; who was seen with the same login before is called `<login>~<GitHub id>` until they sign in again.
 */
export async function recordPerson(tx: Transaction, cipher: Cipher, person: GitHubPerson): Promise<SignedInUser> {
  const { githubId, login, avatarUrl, accessToken, emails, seenAt } = person;
  // One sign-in at a time: the first user, logins that changed hands and addresses that moved need no further care then.
  await tx.sql`SELECT pg_advisory_xact_lock(hashtext('auth.sign_in'))`;
  await tx.sql`
    UPDATE users SET login = login || '~' || github_id, updated_at = now()
     WHERE login = ${login} AND github_id <> ${githubId} AND seen_at <= ${seenAt}`;
  const [recorded] = await tx.sql<(SignedInUser & { newest: boolean })[]>`
    INSERT INTO users AS known (login, github_id, github_token, avatar_url, admin, seen_at)
    SELECT CASE WHEN EXISTS (SELECT FROM users WHERE login = ${login} AND github_id <> ${githubId})
                THEN ${`${login}~${githubId}`} ELSE ${login} END,
           ${githubId}, ${cipher.encrypt(accessToken, gitHubTokens.context({ githubId }))}, ${avatarUrl}, NOT EXISTS (SELECT FROM users), ${seenAt}
    ON CONFLICT (github_id) DO UPDATE
       SET login = CASE WHEN known.seen_at <= excluded.seen_at THEN excluded.login ELSE known.login END,
           avatar_url = CASE WHEN known.seen_at <= excluded.seen_at THEN excluded.avatar_url ELSE known.avatar_url END,
           seen_at = greatest(known.seen_at, excluded.seen_at), github_token = excluded.github_token, updated_at = now()
    RETURNING ${signedInColumns(tx)}, seen_at <= ${seenAt} AS newest`;
  if (!recorded) throw new Error("the user who signed in wasn't stored");
  const { newest, ...user } = recorded;
  if (newest) await replaceEmails(tx, { userId: user.id, emails, seenAt });
  return user;
}

async function replaceEmails(
  { sql }: Transaction,
  { userId, emails, seenAt }: { userId: number; emails: readonly string[]; seenAt: Date },
): Promise<void> {
  await sql`
    DELETE FROM user_emails
     WHERE user_id = ${userId} AND email <> ALL(${[...emails]}::text[]::citext[])`;
  await sql`
    INSERT INTO user_emails AS known (user_id, email, seen_at)
    SELECT DISTINCT ON (email) ${userId}::bigint, email, ${seenAt}::timestamptz FROM unnest(${[...emails]}::text[]::citext[]) AS email
    ON CONFLICT (email) DO UPDATE SET user_id = excluded.user_id, seen_at = excluded.seen_at, updated_at = now()
     WHERE known.seen_at <= excluded.seen_at`;
}
