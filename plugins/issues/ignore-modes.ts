export const ignoreModes = ["ephemeral", "permanent"] as const;

/** `ephemeral`: in this commit. `permanent`: in this commit, and in whatever arrives in the repository from now on. */
export type IgnoreMode = (typeof ignoreModes)[number];
