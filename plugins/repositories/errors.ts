import { defineErrors } from "../../core";

export const errors = defineErrors({
  "repositories.missing_name": [400, "`name` is missing: the repository's name inside the organization"],
  "repositories.not_on_github": [404, "GitHub knows no such repository in the organization, or doesn't show it to you"],
  "repositories.already_exists": [409, "This repository has been added already"],
});
