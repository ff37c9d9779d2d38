/** What the core puts into the console's scope. */
export const consoleNames = ["help", "app", "db", "sql", "jobs", "config"] as const;
