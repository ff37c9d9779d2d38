import { defineErrors } from "../../core";
import { checkStatuses } from "./check-set/check-states";

export const errors = defineErrors({
  "checks.missing_plugin_name": [400, "`plugin_name` is missing: the image reference up to its first colon"],
  "checks.missing_status": [400, "`status` is missing"],
  "checks.invalid_status": [400, `\`status\` must be one of ${checkStatuses.join(", ")}`],
  "checks.missing_error_output": [400, "`error_output` is missing: it goes with the status errored; an empty text will do"],
  "checks.stale_run": [409, "`job_id` names an earlier run of this commit; its results aren't wanted any more"],
  "checks.not_finished": [409, "Some checks of this commit haven't ended yet, or none were started"],
  "checks.cannot_re_run_while_running": [
    409,
    "Checks can be started again when their last run has ended; cancel it to end it now",
  ],
});
