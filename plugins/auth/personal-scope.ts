export const personalScopes = ["read", "write", "admin"] as const;

/** What a personal access token is good for, within what its owner may do. Each includes the ones before it. */
export type PersonalScope = (typeof personalScopes)[number];

const opens: Readonly<Record<PersonalScope, string>> = {
  read: "GET and HEAD of what its owner sees",
  write: "everything its owner may do, but administration",
  admin: "administration too, while its owner is a platform admin",
};

/** Every scope with what it opens, for the documentation. */
export const personalScopesInWords: string = personalScopes.map((scope) => `\`${scope}\`: ${opens[scope]}`).join("; ");

/** @returns whether a token with these scopes may do what needs `wanted` */
export const covers = (scopes: readonly PersonalScope[], wanted: PersonalScope): boolean =>
  scopes.some((scope) => personalScopes.indexOf(scope) >= personalScopes.indexOf(wanted));

/** @returns the scope that a request outside administration needs: whatever isn't a plain read may change something */
export const scopeOfMethod = (method: string): PersonalScope => (method === "GET" || method === "HEAD" ? "read" : "write");
