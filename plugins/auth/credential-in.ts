import { errors } from "./errors";

/** Characters of a credential. */
const longestCredential = 512;

/**
 * Takes the credential out of an `Authorization` header. It is the last piece there; the scheme's case doesn't matter.
 * @param scheme in lower case
 * @throws ApiError `auth.no_authorization`, or `auth.invalid_token` when it is of another scheme, or none
 */
export function credentialIn(header: string | null, scheme: string): string {
  const pieces = (header ?? "").trim().split(/\s+/);
  const [first = ""] = pieces;
  const credential = pieces.at(-1);
  if (first === "") throw errors.fail("auth.no_authorization");
  if (
    pieces.length < 2 ||
    credential === undefined ||
    first.toLowerCase() !== scheme ||
    credential.length > longestCredential
  ) {
    throw errors.fail("auth.invalid_token");
  }
  return credential;
}
