/** A request that arrived. No token is ever kept. */
export type RequestRecord = {
  at: Date;
  method: string;
  /** Path without the REST API's prefix: `/repos/acme/api`, `/login/oauth/access_token`, `/acme/api.git/info/refs`. */
  path: string;
  query: URLSearchParams;
  area: "rest" | "web";
  /** Scheme of the `Authorization` header, in lower case. */
  scheme: "none" | "bearer" | "token" | "basic" | "other";
  /** Who asked: `app`, `installation`, `user:<login>`, or `anonymous`. */
  caller: string;
  /** Status of the answer; null while there is none, and when a fault ate it. */
  status: number | null;
};

/** @param header value of the `Authorization` header */
export function schemeOf(header: string | null): RequestRecord["scheme"] {
  if (header === null) return "none";
  const scheme = header.split(" ", 1)[0]?.toLowerCase();
  return scheme === "bearer" || scheme === "token" || scheme === "basic" ? scheme : "other";
}
