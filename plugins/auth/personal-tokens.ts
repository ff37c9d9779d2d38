import { type Page, type PageOf, type Queryable, type RowOf, readPage, rowColumns, type Transaction } from "../../core";
import { errors } from "./errors";
import type { PersonalScope } from "./personal-scope";
import { userTokens } from "./tables";
import { hashToken, newToken } from "./token";

/** How many unexpired tokens one person may have. */
export const mostTokens = 100;
const expiredKeptDays = 30;

const columns = rowColumns(userTokens, ["id", "description", "scopes", "createdAt", "expiresAt", "lastUsedAt"], "t");

export type PersonalTokenRow = RowOf<typeof columns>;

/** One of everybody's. */
export interface OwnedTokenRow extends PersonalTokenRow {
  /** Login of its owner. */
  readonly login: string;
  readonly avatarUrl: string | null;
}

export interface NewPersonalToken {
  readonly userId: number;
  readonly description: string;
  readonly scopes: readonly PersonalScope[];
  /** null: never. */
  readonly expiresInDays: number | null;
}

/**
 * Makes a token. Call it with the account locked: the number of tokens is counted here.
 * @returns its row, and its text, which is stored nowhere
 * @throws ApiError `personal_tokens.too_many`
 */
export async function createPersonalToken(
  tx: Transaction,
  { userId, description, scopes, expiresInDays }: NewPersonalToken,
): Promise<PersonalTokenRow & { value: string }> {
  const [counted] = await tx.sql<{ live: number }[]>`
    SELECT count(*)::int AS live FROM user_tokens
     WHERE user_id = ${userId} AND kind = 'personal' AND (expires_at IS NULL OR expires_at >= now())`;
  if ((counted?.live ?? 0) >= mostTokens) throw errors.fail("personal_tokens.too_many");
  const value = newToken("cop");
  const [row] = await tx.sql<PersonalTokenRow[]>`
    INSERT INTO user_tokens AS t (user_id, kind, description, scopes, hashed_token, expires_at)
    VALUES (${userId}, 'personal', ${description}, ${[...new Set(scopes)]}::text[], ${hashToken(value)},
            now() + make_interval(days => ${expiresInDays}))
    RETURNING ${columns(tx)}`;
  if (!row) throw new Error("the token wasn't stored");
  return { ...row, value };
}

/** Somebody's tokens, newest first, those that expired lately included. */
export async function listPersonalTokens(q: Queryable, userId: number, page: Page): Promise<PageOf<PersonalTokenRow>> {
  return await readPage<PersonalTokenRow>(q, page, {
    columns: columns(q),
    from: q.sql`user_tokens t WHERE t.user_id = ${userId} AND t.kind = 'personal'`,
    orderBy: q.sql`t.id DESC`,
  });
}

/** Everybody's tokens, newest first. @param login only those of this person */
export async function listAllPersonalTokens(
  q: Queryable,
  login: string | undefined,
  page: Page,
): Promise<PageOf<OwnedTokenRow>> {
  const owned = login === undefined ? q.sql`` : q.sql`AND u.login = ${login}`;
  return await readPage<OwnedTokenRow>(q, page, {
    columns: q.sql`${columns(q)}, u.login, u.avatar_url AS "avatarUrl"`,
    from: q.sql`user_tokens t JOIN users u ON u.id = t.user_id WHERE t.kind = 'personal' ${owned}`,
    orderBy: q.sql`t.id DESC`,
  });
}

/**
 * Revokes a token.
 * @param ownerId only if it is theirs; null: whoever's it is
 * @returns what is gone; undefined when there was no such token
 */
export async function deletePersonalToken(
  q: Queryable,
  id: number,
  ownerId: number | null,
): Promise<Pick<PersonalTokenRow, "id" | "description"> | undefined> {
  const [deleted] = await q.sql<Pick<PersonalTokenRow, "id" | "description">[]>`
    DELETE FROM user_tokens
     WHERE id = ${id} AND kind = 'personal' AND (${ownerId}::bigint IS NULL OR user_id = ${ownerId})
    RETURNING id, description`;
  return deleted;
}

/** Removes what expired so long ago that nobody wonders any more why it doesn't work. */
export async function forgetExpiredTokens({ sql }: Queryable): Promise<void> {
  await sql`DELETE FROM user_tokens WHERE expires_at < now() - make_interval(days => ${expiredKeptDays})`;
}
