import { defineErrors } from "../../core";

export const errors = defineErrors({
  "repositories.missing_name": [400, "`name` is missing: the repository's name inside the organization"],
  "repositories.not_on_github": [404, "GitHub knows no such repository in the organization, or doesn't show it to you"],
  "repositories.already_exists": [409, "This repository has been added already"],
  "repositories.missing_from_date": [400, "`from` is missing: the day before the first one wanted"],
  "repositories.missing_to_date": [400, "`to` is missing: the last day wanted"],
  "repositories.invalid_from_date": [400, "`from` isn't an ISO 8601 date such as 2026-11-25, or date with time and zone"],
  "repositories.invalid_to_date": [400, "`to` isn't an ISO 8601 date such as 2026-11-25, or date with time and zone"],
  "repositories.stats_range_too_large": [400, "More than 100 days lie between `from` and `to`"],
});
