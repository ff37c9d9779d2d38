/**
 * @param url the address as the caller saw it
 * @returns whether a browser says that somebody else's page sent the request. Browsers that say nothing have only the form's token to show.
 */
export function isCrossSite({ headers }: Request, url: URL): boolean {
  // What the browser has found itself is right behind any proxy. It isn't said on plain HTTP.
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site !== "same-origin";
  const origin = headers.get("origin");
  // By host: behind a proxy that isn't trusted the scheme isn't known here.
  return origin !== null && (!URL.canParse(origin) || new URL(origin).host !== url.host);
}
