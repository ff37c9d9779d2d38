import { defineErrors } from "../../core";

export const errors = defineErrors({
  "github.unavailable": [502, "GitHub gives no usable answer at the moment; try again later"],
  "github.not_configured": [503, "The connection to GitHub isn't configured; the platform's log names the missing settings"],
  "github.invalid_signature": [403, "The signature is missing or doesn't fit the body, or no webhook secret is configured"],
  "github.missing_event": [400, "The header X-GitHub-Event is missing"],
  "github.invalid_payload": [400, "The body must be a JSON object; set the webhook's content type to application/json"],
  "github.missing_delivery": [400, "The header X-GitHub-Delivery is missing, or longer than 255 characters"],
});
