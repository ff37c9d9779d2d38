import { createHash, randomBytes } from "node:crypto";
import { type Cipher, type Database, notFound, type Queryable, type RowOf, rowColumns, SecretText } from "../../core";
import type { MountSecrets } from "../checks";
import { secretData } from "./encrypted";
import { errors } from "./errors";
import { isSecretName } from "./secret-name";
import { secrets } from "./tables";

/** Days until an authorization that nobody used is worth nothing. */
const lifetime = 7;

/** Stand for one secret each, for a Worker that has been given a run. Only their hashes are kept. */
export interface Authorizations extends MountSecrets {
  /**
   * Uses an authorization up. Of two calls at once one succeeds.
   * @throws `secrets.invalid_authorization`; 404 when the secret has been deleted since
   */
  exchange(db: Database, authorization: string): Promise<SecretText>;
}

const dataColumns = rowColumns(secrets, ["repositoryId", "name", "secureData"], "s");

export function createAuthorizations({ cipher }: { cipher: Cipher }): Authorizations {
  return {
    async known(q, repositoryId, names) {
      const found = await secretIds(q, repositoryId, names);
      return new Set(names.filter((name) => found.has(name.toLowerCase())));
    },

    async authorize(tx, repositoryId, names) {
      const ids = await secretIds(tx, repositoryId, names, tx.sql`FOR KEY SHARE`);
      const issued = names.map((name) => {
        const secretId = ids.get(name.toLowerCase());
        return secretId === undefined ? null : { secretId, authorization: `csa_${randomBytes(24).toString("hex")}` };
      });
      const stored = issued.filter((one) => one !== null);
      await tx.sql`
        INSERT INTO secret_authorizations (hashed_authorization, repository_id, secret_id, expires_at)
        SELECT hash, ${repositoryId}, secret_id, now() + make_interval(days => ${lifetime})
          FROM unnest(${stored.map(({ authorization }) => hashOf(authorization))}::text[],
                      ${stored.map(({ secretId }) => secretId)}::bigint[]) AS issued (hash, secret_id)`;
      return issued.map((one) => one?.authorization ?? null);
    },

    async exchange(db, authorization) {
      const data = await db.transaction(async (tx) => {
        const [used] = await tx.sql<(RowOf<typeof dataColumns> & { gone: boolean })[]>`
          WITH taken AS (
            DELETE FROM secret_authorizations
             WHERE hashed_authorization = ${hashOf(authorization)} AND expires_at > now() RETURNING secret_id),
          noted AS (
            UPDATE secrets s SET last_used_at = now() FROM taken WHERE s.id = taken.secret_id RETURNING s.*)
          SELECT ${dataColumns(tx)}, s.id IS NULL AS gone FROM taken LEFT JOIN noted s ON true`;
        if (!used) throw errors.fail("secrets.invalid_authorization");
        // Where this fails the authorization stays, for when the right key is configured.
        return used.gone ? null : new SecretText(cipher.decrypt(used.secureData, secretData.context(used)));
      });
      if (data === null) throw notFound("The secret has been deleted since");
      return data;
    },
  };
}

/** Removes what has expired. */
export async function forgetExpired(q: Queryable): Promise<void> {
  await q.sql`DELETE FROM secret_authorizations WHERE expires_at < now()`;
}

/** @returns the secrets that a repository may use, by name in lower case; its own before the organization's */
async function secretIds(
  q: Queryable,
  repositoryId: number,
  names: readonly string[],
  lock = q.sql``,
): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(names.filter(isSecretName).map((name) => name.toLowerCase()))];
  if (wanted.length === 0) return new Map();
  const found = await q.sql<{ id: number; name: string }[]>`
    SELECT id, name FROM secrets
     WHERE name = ANY(${wanted}::text[]::citext[]) AND (repository_id = ${repositoryId} OR repository_id IS NULL)
     ORDER BY repository_id NULLS FIRST ${lock}`;
  return new Map(found.map(({ id, name }) => [name.toLowerCase(), id]));
}

const hashOf = (authorization: string): string => createHash("sha256").update(authorization, "utf8").digest("hex");
