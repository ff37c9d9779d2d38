import type { Guard } from "../guard";
import type { JsonObject } from "./schemas";

type Scheme = NonNullable<Guard<object, object>["security"]>;

/** The credentials that guards read, by the names guards have for them. */
export const securitySchemes: Readonly<Record<Scheme, JsonObject>> = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "A session token (`coa_…`), personal access token (`cop_…`) or service token (`cos_…`).",
  },
  repositoryToken: {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "A repository's token, with its scheme: `token crt_…`.",
  },
  webhookSignature: {
    type: "apiKey",
    in: "header",
    name: "X-Hub-Signature-256",
    description: "`sha256=` and the HMAC-SHA-256 of the body under the webhook secret, in hexadecimal.",
  },
};
