import type { BenchPath } from "../path";

/** A request that is authenticated, and answered with what that found out. */
export const authenticate: BenchPath = {
  name: "authenticated request (who am I)",
  wanted: 0.6,
  connections: 16,
  sameBytes: true,
  request: ({ userToken }) => {
    const init = { headers: { authorization: `bearer ${userToken}` } };
    return () => ({ path: "/v1/user", init });
  },
};
