import { ApiError, type RequestContext } from "../../../core";
import type { RequestLimits } from "./request-limits";

/** @returns the same, but with `request.rate_limited` for who tries too many credentials; costs nothing while they are right */
export function limited<Found>(
  authenticate: (context: RequestContext) => Promise<Found>,
  limits: RequestLimits,
): (context: RequestContext) => Promise<Found> {
  return async (context) => {
    try {
      return await authenticate(context);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "auth.invalid_token") throw error;
      throw await limits.credential(context.request.headers.get("authorization") ?? "", error);
    }
  };
}
