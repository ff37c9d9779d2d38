import { defineErrors } from "../../core";

export const errors = defineErrors({
  "auth.no_authorization": [401, "This needs an Authorization header: `bearer` and a token"],
  "auth.invalid_token": [401, "The token is unknown or has expired; sign in again"],
  "auth.forbidden": [403, "This token may not do that"],
  "auth.insufficient_scope": [403, "The token's scopes don't cover that"],
  "session.no_redirect": [400, "`redirect` is missing: the address to come back to after signing in"],
  "session.bad_redirect_uri": [
    400,
    "`redirect` must be an absolute http:// or https:// address without credentials and backslashes, of an origin that is accepted here",
  ],
  "session.no_exchange_token": [400, "`exchange_token` is missing"],
  "session.no_state": [400, "`state` is missing"],
  "session.no_code": [400, "`code` is missing: GitHub adds it when it sends the browser back"],
  "session.invalid_exchange_token_or_state": [400, "This sign-in is unknown, was used already or has expired; begin again"],
  "session.cannot_exchange": [400, "GitHub refused the code; begin again"],
  "session.not_an_org_member": [403, "Only members of the organization may sign in"],
  "session.outside_collaborator_not_allowed": [403, "Outside collaborators may not sign in here"],
  "request.rate_limited": [429, "Too much was refused to this address in a minute; come again later, with what is right"],
  "admin.service_token_description_missing": [400, "`description` is missing: say what the token is for"],
  "admin.unknown_scope": [400, "`scopes` must be a list of one or more of `all`, `worker`, `cache`, `badges` and `metrics`"],
  "personal_tokens.missing_description": [400, "`description` is missing: say what the token is for"],
  "personal_tokens.invalid_scopes": [400, "`scopes` must be a list of one or more of `read`, `write` and `admin`"],
  "personal_tokens.invalid_expiry": [400, "`expires_in_days` must be a whole number from 1 to 366"],
  "personal_tokens.too_many": [409, "You have as many personal tokens as one person may have; revoke one that you don't need"],
});
