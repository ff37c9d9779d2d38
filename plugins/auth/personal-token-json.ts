import { z } from "zod";
import { paging, timeSeconds } from "../../core";
import { personalScopes, personalScopesInWords } from "./personal-scope";
import type { OwnedTokenRow, PersonalTokenRow } from "./personal-tokens";

const time = z.string().nullable();

const personalToken = z
  .object({
    id: z.int(),
    description: z.string().meta({ example: "Release script" }),
    scopes: z
      .array(z.enum(personalScopes))
      .meta({ description: `What it may do. ${personalScopesInWords}`, example: ["read"] }),
    created_at: z.string().meta({ example: "2023-04-01T10:00:00Z" }),
    expires_at: time.meta({ description: "null: never", example: "2023-06-30T10:00:00Z" }),
    last_used_at: time.meta({ example: null }),
  })
  .meta({ id: "PersonalToken" });

export const personalTokenList = z.object({ tokens: z.array(personalToken), paging });

export const newPersonalToken = personalToken.extend({
  token_value: z.string().meta({ description: "The token itself; shown this once", example: `cop_${"0".repeat(64)}` }),
});

const ownedToken = personalToken.extend({
  owner: z.object({ login: z.string().meta({ example: "ada" }), avatar_url: z.string().nullable() }),
});

export const ownedTokenList = z.object({ tokens: z.array(ownedToken), paging });

export function presentPersonalToken(row: PersonalTokenRow): z.input<typeof personalToken> {
  return {
    id: row.id,
    description: row.description ?? "",
    scopes: row.scopes ?? [],
    created_at: timeSeconds(row.createdAt),
    expires_at: row.expiresAt && timeSeconds(row.expiresAt),
    last_used_at: row.lastUsedAt && timeSeconds(row.lastUsedAt),
  };
}

export function presentOwnedToken(row: OwnedTokenRow): z.input<typeof ownedToken> {
  return { ...presentPersonalToken(row), owner: { login: row.login, avatar_url: row.avatarUrl } };
}
