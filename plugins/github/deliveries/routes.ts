import { type Guard, type Route, route } from "../../../core";
import { errors } from "../errors";
import type { Delivery } from "./record";

/** Bytes: GitHub's own limit for a payload. */
const bodyLimit = 25 * 1024 * 1024;

/** Where GitHub delivers its events. */
export function webhookRoutes({
  signed,
  record,
}: {
  signed: Guard<object, object>;
  record: (delivery: Delivery) => Promise<void>;
}): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/github/events",
      summary: "Receive a webhook",
      description:
        "Set this as the App's webhook URL, with content type `application/json`. A delivery is answered once it is recorded together with the work it causes; one that was recorded within two days is acknowledged and does nothing. Headers: `X-GitHub-Event`, `X-GitHub-Delivery`, `X-Hub-Signature-256`.",
      access: signed,
      rawBody: true,
      bodyLimit,
      answers: { 200: null },
      errors: ["github.missing_event", "github.invalid_payload", "github.missing_delivery"],
      handle: async (context) => {
        const { headers } = context.request;
        const event = headers.get("x-github-event")?.trim() ?? "";
        if (event === "") throw errors.fail("github.missing_event");
        const payload = objectText(await context.bytes());
        if (payload === null) throw errors.fail("github.invalid_payload");
        const deliveryId = headers.get("x-github-delivery")?.trim() ?? "";
        if (deliveryId === "" || deliveryId.length > 255) throw errors.fail("github.missing_delivery");
        await record({ deliveryId, event, payload });
      },
    }),
  ];
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @returns the bytes as text if they are a JSON object, else null */
function objectText(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? text : null;
  } catch {
    return null;
  }
}
