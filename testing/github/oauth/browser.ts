import type { User } from "../world/world";

/** What a browser brings back from GitHub's authorize page. */
export type Authorization = {
  code: string;
  state: string;
  /** The whole URL the browser was sent to. */
  redirectedTo: URL;
};

/**
 * Opens an authorize URL as the browser of a signed-in user does.
 *
 * @throws {Error} when GitHub doesn't redirect back
 */
export async function walkThroughSignIn(url: string, user: User): Promise<Authorization> {
  const target = new URL(url);
  target.searchParams.set("login", user.login);
  const response = await fetch(target, { redirect: "manual" });
  const location = response.headers.get("location");
  if (response.status !== 302 || location === null) throw new Error(`the authorize page answered ${response.status}`);
  const redirectedTo = new URL(location);
  const { searchParams } = redirectedTo;
  return { code: searchParams.get("code") ?? "", state: searchParams.get("state") ?? "", redirectedTo };
}
