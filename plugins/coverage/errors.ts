import { defineErrors } from "../../core";

export const errors = defineErrors({
  "report.missing_data": [400, "`data` is missing: an object of paths and their line data; an empty one is accepted"],
  "report.missing_commit_sha": [400, "`commit_sha` is missing: which commit is this about?"],
  "report.invalid_data": [400, "`data` must be an object of paths and texts"],
  "report.invalid_commit_sha": [400, "`commit_sha` must be a whole commit id: 40 or 64 hexadecimal digits"],
});
