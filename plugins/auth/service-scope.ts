export const serviceScopes = ["all", "worker", "cache", "badges", "metrics"] as const;

/** What a service token is good for. */
export type ServiceScope = (typeof serviceScopes)[number];

const opens: Readonly<Record<ServiceScope, string>> = {
  all: "everything a service token may do",
  worker: "what a worker needs: callbacks, issues, leases, archives and secret data",
  cache: "what the cache service needs",
  badges: "the two badge values",
  metrics: "the metrics",
};

/** Every scope with what it opens, for the documentation. */
export const scopesInWords: string = serviceScopes.map((scope) => `\`${scope}\`: ${opens[scope]}`).join("; ");

/** @returns whether a token with these scopes may call what needs `wanted` */
export const reaches = (scopes: readonly ServiceScope[], wanted: ServiceScope): boolean =>
  scopes.includes("all") || scopes.includes(wanted);
