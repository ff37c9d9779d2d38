import { type Settings, variables } from "./settings";

/**
 * Two settings name one GitHub. A proxy may give it names of which nothing can be said here, so this is for a warning.
 * @returns what is odd about the two, and what they usually are; null when nothing is
 */
export function hostMistake({ apiUrl, webUrl }: Pick<Settings, "apiUrl" | "webUrl">): string | null {
  const [api, web] = [new URL(apiUrl), new URL(webUrl)];
  const both = `${variables.apiUrl} (${api.host}) and ${variables.webUrl} (${web.host})`;
  const usual = `an Enterprise Server's are https://HOST/api/v3 and https://HOST`;
  if (api.hostname === `api.${web.hostname}`) return null;
  if (api.hostname !== web.hostname) return `${both} name two hosts, of which one is usually api. before the other; ${usual}`;
  return api.pathname === "/api/v3" ? null : `${both} name one host, but the API's path isn't /api/v3; ${usual}`;
}
