import { z } from "zod";
import { type Database, notFound, parameter, type Route, route } from "../../../core";
import type { Auth } from "../../auth";
import type { Authorizations } from "../authorizations";

const contentType = "text/plain; charset=utf-8";

/** What Workers fetch secrets with. */
export function secretDataRoute({
  db,
  auth,
  authorizations,
}: {
  db: Database;
  auth: Auth;
  authorizations: Authorizations;
}): Route {
  return route({
    method: "GET",
    path: "/v1/secrets/data",
    summary: "Fetch the data of a mounted secret",
    description:
      "Exchanges the authorization that came with a mount of a queued check. It can be used once, within 7 days; a run that is started again brings new ones.",
    access: auth.service("worker"),
    params: z.object({
      authorization: parameter
        .text({ missing: "secrets.missing_authorization", invalid: "secrets.invalid_authorization" })
        .startsWith("csa_")
        .meta({ example: `csa_${"0".repeat(48)}` }),
    }),
    answers: { 200: { contentType, summary: "The secret's data, byte for byte" } },
    errors: ["secrets.invalid_authorization", "not_found"],
    handle: async ({ params, request }) => {
      // Which would use it up, and show nothing for it.
      if (request.method === "HEAD") throw notFound("Ask with GET: an authorization can be used once");
      const data = await authorizations.exchange(db, params.authorization);
      return new Response(data.reveal(), { headers: { "content-type": contentType, "cache-control": "no-store" } });
    },
  });
}
