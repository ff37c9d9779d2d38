import { createHmac, timingSafeEqual } from "node:crypto";
import type { RepositoryRow } from "../repositories";

type Keyed = Pick<RepositoryRow, "id" | "token">;

/**
 * What a link to a repository's badges carries where they aren't for everybody. Made of the repository's own token, which it doesn't give
 * away: nothing has to be kept, it outlives a new name, and once the repository has another token the links of before are worth nothing.
 */
export const linkToken = ({ id, token }: Keyed): string =>
  createHmac("sha256", token).update(`badges of repository ${id}`).digest("base64url");

/** @returns whether that is the token of the repository's links, in a time that tells nothing */
export function isLinkToken(repository: Keyed, given: string): boolean {
  const right = Buffer.from(linkToken(repository));
  const sent = Buffer.from(given);
  return sent.length === right.length && timingSafeEqual(sent, right);
}
