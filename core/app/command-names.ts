/** Commands of the core's own. */
export const commandNames = ["start", "migrate", "console", "plugins", "config"] as const;
