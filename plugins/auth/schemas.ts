import { z } from "zod";
import { timeSeconds } from "../../core";
import { scopesInWords, serviceScopes } from "./service-scope";
import type { ServiceTokenRow } from "./tokens";

export const signInBegun = z.object({
  redirect_to: z.string().meta({
    description: "Where to send the browser",
    example: "https://github.com/login/oauth/authorize?allow_signup=false&client_id=Iv1.x&scope=user%3Aemail%2Crepo&state=9a…",
  }),
});

export const session = z.object({
  token: z.string().meta({ description: "A new session token", example: `coa_${"0".repeat(64)}` }),
  name: z.string().meta({ description: "GitHub login", example: "octocat" }),
  admin: z.boolean(),
});

export const serviceToken = z
  .object({
    id: z.int(),
    description: z.string().meta({ example: "Worker" }),
    created_by: z.string().meta({ description: "Login of its owner", example: "ada" }),
    created_at: z.string().meta({ example: "2023-04-01T10:00:00Z" }),
    last_used_at: z.string().nullable().meta({ example: null }),
    scopes: z.array(z.enum(serviceScopes)).meta({ description: `What it may do. ${scopesInWords}`, example: ["worker"] }),
  })
  .meta({ id: "ServiceToken" });

export const serviceTokens = z.object({ tokens: z.array(serviceToken) });

export const newServiceToken = serviceToken.extend({
  token_value: z.string().meta({ description: "The token itself; shown this once", example: `cos_${"0".repeat(64)}` }),
});

export function presentServiceToken(row: ServiceTokenRow): z.input<typeof serviceToken> {
  return {
    id: row.id,
    description: row.description,
    created_by: row.createdBy,
    created_at: timeSeconds(row.createdAt),
    last_used_at: row.lastUsedAt && timeSeconds(row.lastUsedAt),
    scopes: row.scopes,
  };
}
