import { z } from "zod";
import { paging, type Queryable, timeSeconds } from "../../core";
import type { Users } from "../auth";
import type { PrivateKeyRow } from "./private-keys/private-keys";
import type { SecretRow } from "./secrets";

const scope = z.enum(["organization", "repository"]).meta({ description: "To whom it belongs" });
const time = z.string().meta({ example: "2023-01-02T03:04:05Z" });

export const secretJson = z
  .object({
    id: z.int().meta({ example: 3 }),
    name: z.string().meta({ example: "GIT_CONFIG" }),
    scope,
    owner: z
      .object({ login: z.string().meta({ example: "ada" }), avatar_url: z.string().nullable() })
      .meta({ description: "Who made it, or who it was passed on to" }),
    last_used_at: time.nullable().meta({ description: "When a Worker last fetched it" }),
    created_at: time,
  })
  .meta({ id: "Secret" });

export const secretList = z.object({ secrets: z.array(secretJson), paging });

export const nameStatus = z.object({
  status: z.enum(["ok", "conflict", "override"]).meta({
    description:
      "`conflict`: the name is taken. `override`: a repository's secret of this name would shadow the organization's",
  }),
});

export const privateKeyJson = z
  .object({
    id: z.int().meta({ example: 2 }),
    name: z.string().meta({ example: "deploy" }),
    scope,
    digest: z.string().meta({
      description: "Fingerprint of the public key, as `ssh-keygen -l` prints it",
      example: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
    }),
    created_at: time,
  })
  .meta({ id: "PrivateKey" });

export const privateKeyList = z.object({ private_keys: z.array(privateKeyJson), paging });

/** @returns the Secret JSON of each, in order; one statement */
export async function presentSecrets(
  q: Queryable,
  users: Users,
  rows: readonly SecretRow[],
): Promise<z.input<typeof secretJson>[]> {
  const owners = await users.byId(q, [...new Set(rows.map(({ ownerId }) => ownerId))]);
  return rows.map(({ id, name, scope, ownerId, lastUsedAt, createdAt }) => {
    const owner = owners.get(ownerId);
    return {
      id,
      name,
      scope,
      owner: { login: owner?.login ?? "ghost", avatar_url: owner?.avatarUrl ?? null },
      last_used_at: lastUsedAt && timeSeconds(lastUsedAt),
      created_at: timeSeconds(createdAt),
    };
  });
}

export function presentPrivateKey({ id, name, scope, digest, createdAt }: PrivateKeyRow): z.input<typeof privateKeyJson> {
  return { id, name, scope, digest, created_at: timeSeconds(createdAt) };
}
