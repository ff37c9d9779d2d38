import type { Queryable } from "../../core";
import type { SidebarCounter } from "./slots";

/** Counters that clients read whichever plugins are on, in this order. */
const promised = { tokens: 0, secrets: 0, repositories: 0, users: 0 };

/** @returns what each counter says; 0 for those that are promised and nobody keeps. One statement for each. */
export async function countForSidebar(q: Queryable, counters: readonly SidebarCounter[]): Promise<typeof promised> {
  const counted = await Promise.all(counters.map(async ({ key, count }) => [key, await count(q)] as const));
  return { ...promised, ...Object.fromEntries(counted) };
}
