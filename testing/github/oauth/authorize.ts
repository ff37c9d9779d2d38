import type { Incoming } from "../http/listener";
import type { Site } from "../site";
import { findUser } from "../world/lookup";

/**
 * `GET /login/oauth/authorize`: sends the browser back with `code` and `state` for the user named by `login` (a
 * parameter GitHub has too) or signed in; without one, a page to choose.
 */
export function authorize(site: Site, { url }: Incoming): Response {
  const query = url.searchParams;
  if (query.get("client_id") !== site.oauth.clientId) return new Response("Not Found", { status: 404 });
  const user = findUser(site.world, query.get("login") ?? site.oauth.signedIn ?? "");
  const redirectUri = query.get("redirect_uri");
  if (redirectUri === null || !URL.canParse(redirectUri)) return new Response("Be careful!", { status: 400 });
  if (user === undefined) return choosePage(site, url);
  const challenge = query.get("code_challenge");
  if (challenge !== null && query.get("code_challenge_method") !== "S256") return new Response("Be careful!", { status: 400 });
  const target = new URL(redirectUri);
  target.searchParams.set("code", site.oauth.issueCode(user.id, redirectUri, challenge));
  const state = query.get("state");
  if (state !== null) target.searchParams.set("state", state);
  return new Response(null, { status: 302, headers: { location: target.href } });
}

function choosePage(site: Site, url: URL): Response {
  const choices = [...site.world.users.values()].map((user) => {
    const target = new URL(url);
    target.searchParams.set("login", user.login);
    return `<li><a href="${Bun.escapeHTML(`${target.pathname}${target.search}`)}">${Bun.escapeHTML(user.login)}</a></li>`;
  });
  const page = `<!doctype html><title>Sign in</title><h1>Sign in as</h1><ul>${choices.join("")}</ul>`;
  return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
}
