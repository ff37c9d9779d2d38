import { type Cipher, type Page, type Queryable, type RowOf, rowColumns, type Transaction } from "../../core";
import { secretData } from "./encrypted";
import { belongingTo, byName, type OwnerScope, scopeColumns } from "./owner-scope";
import { secrets } from "./tables";

const columns = rowColumns(secrets, ["id", "scope", "name", "repositoryId", "ownerId", "lastUsedAt", "createdAt"]);

/** A secret without its data. */
export type SecretRow = RowOf<typeof columns>;

/** A secret to be made. */
export interface NewSecret {
  readonly name: string;
  readonly data: string;
  /** The user who owns it. */
  readonly ownerId: number;
}

/** What has a name already: a secret of that owner, or only one of the organization, which a repository's would shadow. */
export type NameStatus = "ok" | "conflict" | "override";

/** The secrets of the organization and of repositories. Nothing here gives their data back. */
export interface Secrets {
  /** @returns those of one owner, by name, and how many there are in all */
  list(q: Queryable, owner: OwnerScope, page: Page): Promise<{ rows: SecretRow[]; total: number }>;
  /** @returns null when the owner has one of that name already, also when that is just being made */
  create(q: Queryable, owner: OwnerScope, secret: NewSecret): Promise<SecretRow | null>;
  /** Gives a secret other data. @returns null when the owner has no such secret */
  change(q: Queryable, owner: OwnerScope, id: number, data: string): Promise<SecretRow | null>;
  /** @returns the secret that is gone, or null when the owner has no such secret */
  delete(q: Queryable, owner: OwnerScope, id: number): Promise<SecretRow | null>;
  checkName(q: Queryable, owner: OwnerScope, name: string): Promise<NameStatus>;
  /** @returns how many the owner has */
  count(q: Queryable, owner: OwnerScope): Promise<number>;
  /** Gives all secrets of one user to another. */
  passOn(tx: Transaction, ownerId: number, heirId: number): Promise<void>;
}

export function createSecrets({ cipher }: { cipher: Cipher }): Secrets {
  const count: Secrets["count"] = async (q, owner) => {
    const [counted] = await q.sql<{ total: number }[]>`SELECT count(*) AS total FROM secrets WHERE ${belongingTo(q, owner)}`;
    return counted?.total ?? 0;
  };

  return {
    count,

    async list(q, owner, page) {
      const [rows, total] = await Promise.all([
        q.sql<SecretRow[]>`
          SELECT ${columns(q)} FROM secrets WHERE ${belongingTo(q, owner)}
           ORDER BY ${byName(q)} LIMIT ${page.size} OFFSET ${page.offset}`,
        count(q, owner),
      ]);
      return { rows, total };
    },

    async create(q, owner, { name, data, ownerId }) {
      const { scope, repositoryId } = scopeColumns(owner);
      const stored = cipher.encrypt(data, secretData.context({ repositoryId, name }));
      const [row] = await q.sql<SecretRow[]>`
        INSERT INTO secrets (scope, name, repository_id, secure_data, owner_id)
        VALUES (${scope}, ${name}, ${repositoryId}, ${stored}, ${ownerId})
        ON CONFLICT DO NOTHING RETURNING ${columns(q)}`;
      return row ?? null;
    },

    async change(q, owner, id, data) {
      const [present] = await q.sql<SecretRow[]>`
        SELECT ${columns(q)} FROM secrets WHERE id = ${id} AND ${belongingTo(q, owner)}`;
      if (!present) return null;
      const stored = cipher.encrypt(data, secretData.context(present));
      const [row] = await q.sql<SecretRow[]>`
        UPDATE secrets SET secure_data = ${stored}, updated_at = now() WHERE id = ${id} RETURNING ${columns(q)}`;
      return row ?? null;
    },

    async delete(q, owner, id) {
      const [row] = await q.sql<SecretRow[]>`
        DELETE FROM secrets WHERE id = ${id} AND ${belongingTo(q, owner)} RETURNING ${columns(q)}`;
      return row ?? null;
    },

    async checkName(q, owner, name) {
      const { repositoryId } = scopeColumns(owner);
      const found = await q.sql<{ own: boolean }[]>`
        SELECT repository_id IS NOT DISTINCT FROM ${repositoryId} AS own FROM secrets
         WHERE name = ${name} AND (repository_id IS NULL OR repository_id = ${repositoryId})`;
      if (found.some(({ own }) => own)) return "conflict";
      return found.length > 0 ? "override" : "ok";
    },

    async passOn({ sql }, ownerId, heirId) {
      await sql`UPDATE secrets SET owner_id = ${heirId}, updated_at = now() WHERE owner_id = ${ownerId}`;
    },
  };
}
