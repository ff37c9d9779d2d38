import { isForeignKeyViolation, notFound } from "../../../core";
import { errors as authErrors } from "../../auth";

/** Does something for a user or a repository that may be deleted meanwhile, and says then what the next request would be told. */
export async function unlessGone<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isForeignKeyViolation(error, "secrets_owner_id_fkey")) throw authErrors.fail("auth.invalid_token");
    if (isForeignKeyViolation(error)) throw notFound("There is no such repository");
    throw error;
  }
}
