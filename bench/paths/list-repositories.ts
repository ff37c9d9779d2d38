import type { BenchPath } from "../path";

/** A page of 25 of 200 repositories, as a member of all of them. */
export const listRepositories: BenchPath = {
  name: "list of repositories (25 of 200)",
  wanted: 0.8,
  connections: 16,
  sameBytes: true,
  request: ({ userToken }) => {
    const init = { headers: { authorization: `bearer ${userToken}` } };
    return () => ({ path: "/v1/repositories?per_page=25", init });
  },
};
