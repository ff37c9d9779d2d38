import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import type { Auth } from "../../auth";
import { deliveryStates, type GitHub } from "../../github";
import { deliveryList, presentDelivery } from "../schemas";

interface Parts {
  db: Database;
  auth: Auth;
  github: GitHub;
}

/** What GitHub delivered, and another try. */
export function deliveryRoutes({ db, auth, github: { deliveries } }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/deliveries",
      summary: "List webhook deliveries",
      description:
        "Those of the last four days, and of the last thirty what failed; newest first. `pending`: work on it goes on; `failed`: somebody who handles it has given up.",
      access: auth.admin,
      params: z.object({
        event: parameter.text().optional().meta({ description: "as GitHub names it", example: "push" }),
        state: parameter.oneOf(deliveryStates, { invalid: "admin.unknown_delivery_state" }).optional(),
      }),
      paginated: true,
      answers: { 200: deliveryList },
      handle: async ({ params: { event, state }, page }) => {
        const { rows, total } = await deliveries.list(db, { event, state }, page);
        return { deliveries: rows.map(presentDelivery), paging: page.block(total) };
      },
    }),
    route({
      method: "POST",
      path: "/v1/admin/deliveries/:id/redeliver",
      summary: "Have a webhook delivery worked on again",
      description:
        "In the background. One that failed is handled again from what was recorded; GitHub is asked for one of which nothing is left, and takes three days back.",
      access: auth.admin,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: async ({ params }) => {
        if (!(await deliveries.redeliver(params.id))) throw notFound("There is no such delivery");
      },
    }),
  ];
}
