import { defineErrors } from "../../core";

const time = "a day (`2026-11-25`) or a time with its zone (`2026-11-25T10:00:00Z`), of the years 1970 to 9998";

export const errors = defineErrors({
  "audit_log.invalid_actor": [400, "`actor` must be a login, or a service token as `service:4`; at most 255 characters"],
  "audit_log.invalid_action": [400, "`action` must have the form `secret.created`"],
  "audit_log.invalid_repository": [400, "`repository` must be a repository's name; at most 255 characters"],
  "audit_log.invalid_from": [400, `\`from\` must be ${time}`],
  "audit_log.invalid_to": [400, `\`to\` must be ${time}`],
  "audit_log.invalid_range": [400, "`to` must not be before `from`"],
  "audit_log.invalid_before": [400, "`before` must be the id of an entry, such as `next_before` of an answer"],
});
