const known = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]);

/** @returns a request's method; `_OTHER` for one that nobody knows, since a caller may make up any number of them */
export const knownMethod = (method: string): string => (known.has(method) ? method : "_OTHER");
