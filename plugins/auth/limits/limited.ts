import { ApiError } from "../../../core";
import type { Caller } from "../caller";
import type { RequestLimits } from "./request-limits";

type Authenticate = (header: string | null) => Promise<Caller>;

/** @returns the same, but with `request.rate_limited` for who tries too many credentials; costs nothing while they are right */
export function limited(authenticate: Authenticate, limits: RequestLimits): Authenticate {
  return async (header) => {
    try {
      return await authenticate(header);
    } catch (error) {
      if (error instanceof ApiError && error.code === "auth.invalid_token") throw await limits.credential(header ?? "", error);
      throw error;
    }
  };
}
