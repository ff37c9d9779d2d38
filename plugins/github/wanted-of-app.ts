/** What the App must be allowed to; `write` includes `read`. */
export const wantedPermissions = {
  contents: "read",
  metadata: "read",
  statuses: "write",
  administration: "read",
  members: "read",
} as const satisfies Readonly<Record<string, "read" | "write">>;

/** What the App must be told of. Without one of them people keep, or miss, access until the next change that is told. */
export const wantedEvents = [
  "push",
  "delete",
  "repository",
  "public",
  "team",
  "team_add",
  "member",
  "membership",
  "organization",
] as const;

const strength: Readonly<Record<string, number>> = { read: 1, write: 2, admin: 3 };

/** @returns the wanted permissions that these don't have, as `statuses: write` */
export const lackingPermissions = (granted: Readonly<Record<string, string | undefined>>): string[] =>
  Object.entries(wantedPermissions)
    .filter(([name, level]) => (strength[granted[name] ?? ""] ?? 0) < (strength[level] ?? 0))
    .map(([name, level]) => `${name}: ${level}`);

/** @returns the wanted events that aren't among these */
export const lackingEvents = (subscribed: readonly string[]): string[] =>
  wantedEvents.filter((event) => !subscribed.includes(event));
