import { type Queryable, type RowOf, rowColumns } from "../../core";
import type { ServiceScope } from "./service-scope";
import { serviceTokens } from "./tables";
import { hashToken, newToken } from "./token";

const columns = rowColumns(serviceTokens, ["id", "description", "createdAt", "lastUsedAt", "scopes"], "t");

/** A service token as the administration shows it. */
export type ServiceTokenRow = RowOf<typeof columns> & {
  /** Login of its owner. */
  readonly createdBy: string;
};

/** A service token to be made. */
export interface NewServiceToken {
  readonly description: string;
  readonly ownerId: number;
  /** `all` unless given. */
  readonly scopes?: readonly ServiceScope[];
}

/** Makes and revokes tokens. The clear text is returned once, by what creates it. */
export interface Tokens {
  createSession(q: Queryable, userId: number): Promise<string>;
  createService(q: Queryable, token: NewServiceToken): Promise<ServiceTokenRow & { value: string }>;
  listService(q: Queryable): Promise<ServiceTokenRow[]>;
  /** @returns how many service tokens there are */
  countService(q: Queryable): Promise<number>;
  /** @returns what is gone; undefined when there was no such token */
  deleteService(q: Queryable, id: number): Promise<{ id: number; description: string } | undefined>;
}

export const tokens: Tokens = {
  async createSession(q, userId) {
    const value = newToken("coa");
    await q.sql`INSERT INTO user_tokens (user_id, kind, hashed_token) VALUES (${userId}, 'auth', ${hashToken(value)})`;
    return value;
  },

  async createService(q, { description, ownerId, scopes = ["all"] }) {
    const value = newToken("cos");
    const [row] = await q.sql<ServiceTokenRow[]>`
      WITH created AS (
        INSERT INTO service_tokens (hashed_token, description, owner_id, scopes)
        VALUES (${hashToken(value)}, ${description}, ${ownerId}, ${[...new Set(scopes)]}::text[])
        RETURNING *)
      SELECT ${columns(q)}, u.login AS "createdBy"
        FROM created t JOIN users u ON u.id = t.owner_id`;
    if (!row) throw new Error("a service token needs an owner who exists");
    return { ...row, value };
  },

  async listService(q) {
    return await q.sql<ServiceTokenRow[]>`
      SELECT ${columns(q)}, u.login AS "createdBy"
        FROM service_tokens t JOIN users u ON u.id = t.owner_id ORDER BY t.id`;
  },

  async countService(q) {
    const [row] = await q.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM service_tokens`;
    return row?.count ?? 0;
  },

  async deleteService(q, id) {
    const [deleted] = await q.sql<{ id: number; description: string }[]>`
      DELETE FROM service_tokens WHERE id = ${id} RETURNING id, description`;
    return deleted;
  },
};
