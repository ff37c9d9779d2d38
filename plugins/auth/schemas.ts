import { z } from "zod";
import { paging, timeSeconds } from "../../core";
import type { ListedUser } from "./list-users";
import { scopesInWords, serviceScopes } from "./service-scope";
import type { PermissionCounts } from "./slots";
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

const permissionCount = z.int().meta({ example: 1 });

const listedUser = z
  .object({
    user: z.object({
      id: z.int(),
      login: z.string().meta({ example: "ada" }),
      avatar_url: z.string().nullable().meta({ example: null }),
      admin: z.boolean().meta({ example: false }),
    }),
    permissions: z
      .object({ user: permissionCount, maintainer: permissionCount, admin: permissionCount })
      .optional()
      .meta({ description: "How many repositories they reach, by level; absent for platform admins" }),
  })
  .meta({ id: "ListedUser" });

export const userList = z.object({ users: z.array(listedUser), paging });

/** @param counts what is known of somebody's permissions; undefined when that is nothing */
export function presentUser(
  { id, login, avatarUrl, admin }: ListedUser,
  counts: PermissionCounts = { user: 0, maintainer: 0, admin: 0 },
): z.input<typeof listedUser> {
  return { user: { id, login, avatar_url: avatarUrl, admin }, ...(admin ? {} : { permissions: counts }) };
}

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
