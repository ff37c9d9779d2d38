import { z } from "zod";
import { type Database, type Events, notFound, parameter, type Route, route, type Transaction } from "../../../core";
import { errors } from "../errors";
import { acted } from "../events";
import type { AccessGuards } from "../guards";
import { holdCaller } from "../hold-caller";
import { personalScopes, personalScopesInWords } from "../personal-scope";
import {
  newPersonalToken,
  ownedTokenList,
  personalTokenList,
  presentOwnedToken,
  presentPersonalToken,
} from "../personal-token-json";
import {
  createPersonalToken,
  deletePersonalToken,
  listAllPersonalTokens,
  listPersonalTokens,
  mostTokens,
} from "../personal-tokens";
import { description } from "../token-description";

interface Parts {
  db: Database;
  events: Events;
  guards: AccessGuards;
  /** Tokens that never expire may be made. */
  allowNeverExpiring: boolean;
}

const longestDays = 366;

/** Personal access tokens: everybody's own, and all of them for admins. */
export function personalTokenRoutes({ db, events, guards, allowNeverExpiring }: Parts): Route[] {
  const { user, session, admin, adminSession } = guards;

  async function tell(tx: Transaction, change: "created" | "revoked", token: { id: number; description: string | null }) {
    const subject = { type: "personal_token", id: token.id, name: token.description };
    await events.emit(tx, acted, { action: `personal_token.${change}`, subject, repository: null });
  }

  const revoke = async (id: number, ownerId: number | null) =>
    await db.transaction(async (tx) => {
      const token = await deletePersonalToken(tx, id, ownerId);
      if (!token) throw notFound("There is no such personal token");
      await tell(tx, "revoked", token);
    });

  return [
    route({
      method: "GET",
      path: "/v1/personal_tokens",
      summary: "List one's own personal tokens",
      description: "Newest first. Expired ones are listed for another 30 days.",
      access: user,
      paginated: true,
      answers: { 200: personalTokenList },
      handle: async ({ caller, page }) => {
        const { rows, total } = await listPersonalTokens(db, caller.id, page);
        return { tokens: rows.map(presentPersonalToken), paging: page.block(total) };
      },
    }),
    route({
      method: "POST",
      path: "/v1/personal_tokens",
      summary: "Create a personal token",
      description: `For scripts that act as whoever made it, within its scopes. One person may have ${mostTokens} that haven't expired. The token's text is shown in this answer only.`,
      access: session,
      params: z.object({
        description: description("personal_tokens.missing_description"),
        scopes: parameter
          .value(z.array(z.enum(personalScopes)).min(1), { invalid: "personal_tokens.invalid_scopes" })
          .default(["read"])
          .meta({ description: `Each includes the ones before it. ${personalScopesInWords}`, example: ["read"] }),
        expires_in_days: parameter
          .integer({ min: 0, max: longestDays, invalid: "personal_tokens.invalid_expiry" })
          .default(90)
          .meta({ description: `1 to ${longestDays}; 0: never, where the platform's operator allows that` }),
      }),
      answers: { 201: newPersonalToken },
      errors: ["personal_tokens.too_many"],
      handle: async ({ caller, params }) => {
        const { expires_in_days: days, ...wanted } = params;
        if (days === 0 && !allowNeverExpiring) throw errors.fail("personal_tokens.invalid_expiry", neverRefused);
        return await db.transaction(async (tx) => {
          await holdCaller(tx, caller);
          const token = await createPersonalToken(tx, { ...wanted, userId: caller.id, expiresInDays: days || null });
          await tell(tx, "created", token);
          return { ...presentPersonalToken(token), token_value: token.value };
        });
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/personal_tokens/:id",
      summary: "Revoke one of one's own personal tokens",
      description: "It stops working with the next request.",
      access: session,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ caller, params }) => await revoke(params.id, caller.id),
    }),
    route({
      method: "GET",
      path: "/v1/admin/personal_tokens",
      summary: "List everybody's personal tokens",
      description: "Newest first.",
      access: admin,
      params: z.object({
        login: parameter.text().optional().meta({ description: "Only this person's", example: "ada" }),
      }),
      paginated: true,
      answers: { 200: ownedTokenList },
      handle: async ({ params, page }) => {
        const { rows, total } = await listAllPersonalTokens(db, params.login, page);
        return { tokens: rows.map(presentOwnedToken), paging: page.block(total) };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/personal_tokens/:id",
      summary: "Revoke anybody's personal token",
      description: "It stops working with the next request.",
      access: adminSession,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ params }) => await revoke(params.id, null),
    }),
  ];
}

const neverRefused = `\`expires_in_days\`: tokens that never expire aren't allowed here; say 1 to ${longestDays}`;
