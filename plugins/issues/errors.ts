import { defineErrors } from "../../core";
import { ignoreModes } from "./ignore-modes";
import { issueKinds } from "./kinds";
import { issueStates } from "./state";

export const errors = defineErrors({
  "issues.json_required": [400, "Send JSON, with `Content-Type: application/json`"],
  "issues.validation_error": [400, "The issues don't have the expected form"],
  "issues.invalid_kind": [400, `\`category\` must be one of ${issueKinds.join(", ")}`],
  "issues.invalid_ignore_mode": [400, `\`mode\` must be one of ${ignoreModes.join(", ")}`],
  "issues.invalid_state": [400, `\`state\` must be one of ${issueStates.join(", ")}`],
});
