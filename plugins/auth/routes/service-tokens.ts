import { z } from "zod";
import { type Database, type Events, notFound, parameter, type Route, route } from "../../../core";
import { acted } from "../events";
import type { AccessGuards } from "../guards";
import { holdCaller } from "../hold-caller";
import { newServiceToken, presentServiceToken, serviceTokens } from "../schemas";
import { scopesInWords, serviceScopes } from "../service-scope";
import { description } from "../token-description";
import { tokens } from "../tokens";

interface Parts {
  db: Database;
  events: Events;
  guards: AccessGuards;
}

/** Administration of the tokens that programs use. */
export function serviceTokenRoutes({ db, events, guards: { admin, adminSession } }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/service_tokens",
      summary: "List service tokens",
      access: admin,
      answers: { 200: serviceTokens },
      handle: async () => ({ tokens: (await tokens.listService(db)).map(presentServiceToken) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/service_tokens",
      summary: "Create a service token",
      description:
        "For a worker, a cache service or a badge service. Give each the scope it needs and no more: what a badge service is answered, everybody may read. The token's text is shown in this answer only.",
      access: adminSession,
      params: z.object({
        description: description("admin.service_token_description_missing"),
        scopes: parameter
          .value(z.array(z.enum(serviceScopes)).min(1), { invalid: "admin.unknown_scope" })
          .default(["all"])
          .meta({ description: scopesInWords, example: ["badges"] }),
      }),
      answers: { 201: newServiceToken },
      handle: async ({ params, caller }) => {
        return await db.transaction(async (tx) => {
          await holdCaller(tx, caller);
          const token = await tokens.createService(tx, { ...params, ownerId: caller.id });
          await events.emit(tx, acted, { action: "service_token.created", subject: subjectOf(token), repository: null });
          return { ...presentServiceToken(token), token_value: token.value };
        });
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/service_tokens/:id",
      summary: "Delete a service token",
      description: "It stops working with the next request.",
      access: adminSession,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ params }) => {
        await db.transaction(async (tx) => {
          const token = await tokens.deleteService(tx, params.id);
          if (!token) throw notFound("There is no such service token");
          await events.emit(tx, acted, { action: "service_token.revoked", subject: subjectOf(token), repository: null });
        });
      },
    }),
  ];
}

const subjectOf = ({ id, description }: { id: number; description: string }) => ({
  type: "service_token",
  id,
  name: description,
});
