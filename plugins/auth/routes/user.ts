import { z } from "zod";
import { type Route, route, timeSeconds } from "../../../core";
import type { AccessGuards } from "../guards";
import { personalScopes } from "../personal-scope";

const callerJson = z.object({
  id: z.int(),
  login: z.string().meta({ description: "GitHub login", example: "ada" }),
  avatar_url: z.string().nullable(),
  admin: z.boolean().meta({ description: "Whether they administer the platform" }),
  token: z.object({
    kind: z.enum(["auth", "personal"]).meta({ description: "`auth`: a session" }),
    scopes: z.array(z.enum(personalScopes)).nullable().meta({ description: "null for a session", example: null }),
    expires_at: z.string().nullable().meta({ description: "null: never", example: null }),
  }),
});

/** Who the caller is. It costs what authenticating costs: the guard has read all of it. */
export function userRoute({ user }: Pick<AccessGuards, "user">): Route {
  return route({
    method: "GET",
    path: "/v1/user",
    summary: "Show the caller",
    description: "Whose token it is, and what it is good for.",
    access: user,
    answers: { 200: callerJson },
    handle: ({ caller: { id, login, avatarUrl, admin, token } }) => ({
      id,
      login,
      avatar_url: avatarUrl,
      admin,
      token: {
        kind: token.kind,
        scopes: token.scopes && [...token.scopes],
        expires_at: token.expiresAt && timeSeconds(token.expiresAt),
      },
    }),
  });
}
