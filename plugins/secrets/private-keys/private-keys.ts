import { type Cipher, type Page, type Queryable, type RowOf, rowColumns } from "../../../core";
import { encryptedKeys } from "../encrypted";
import { belongingTo, byName, type OwnerScope, scopeColumns } from "../owner-scope";
import { privateKeys } from "../tables";

const columns = rowColumns(privateKeys, ["id", "scope", "name", "digest", "createdAt"]);

/** A private key without the key. */
export type PrivateKeyRow = RowOf<typeof columns>;

/** A private key to be kept. */
export interface NewPrivateKey {
  readonly name: string;
  readonly key: string;
  /** Its fingerprint. */
  readonly digest: string;
}

/** The private keys of the organization and of repositories. Nothing gives them back. */
export interface PrivateKeys {
  /** @returns those of one owner, by name, and how many there are in all */
  list(q: Queryable, owner: OwnerScope, page: Page): Promise<{ rows: PrivateKeyRow[]; total: number }>;
  /** @returns null when the owner has one of that name already, also when that is just being made */
  create(q: Queryable, owner: OwnerScope, key: NewPrivateKey): Promise<PrivateKeyRow | null>;
  /** @returns the key that is gone, or null when the owner has no such key */
  delete(q: Queryable, owner: OwnerScope, id: number): Promise<PrivateKeyRow | null>;
}

export function createPrivateKeys({ cipher }: { cipher: Cipher }): PrivateKeys {
  return {
    async list(q, owner, page) {
      const [rows, [counted]] = await Promise.all([
        q.sql<PrivateKeyRow[]>`
          SELECT ${columns(q)} FROM private_keys WHERE ${belongingTo(q, owner)}
           ORDER BY ${byName(q)} LIMIT ${page.size} OFFSET ${page.offset}`,
        q.sql<{ total: number }[]>`SELECT count(*) AS total FROM private_keys WHERE ${belongingTo(q, owner)}`,
      ]);
      return { rows, total: counted?.total ?? 0 };
    },

    async create(q, owner, { name, key, digest }) {
      const { scope, repositoryId } = scopeColumns(owner);
      const stored = cipher.encrypt(key, encryptedKeys.context({ repositoryId, name }));
      const [row] = await q.sql<PrivateKeyRow[]>`
        INSERT INTO private_keys (scope, name, repository_id, encrypted_key, digest)
        VALUES (${scope}, ${name}, ${repositoryId}, ${stored}, ${digest})
        ON CONFLICT DO NOTHING RETURNING ${columns(q)}`;
      return row ?? null;
    },

    async delete(q, owner, id) {
      const [row] = await q.sql<PrivateKeyRow[]>`
        DELETE FROM private_keys WHERE id = ${id} AND ${belongingTo(q, owner)} RETURNING ${columns(q)}`;
      return row ?? null;
    },
  };
}
