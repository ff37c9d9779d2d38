/** What the kernel puts into the console's scope; services add theirs. */
export const kernelConsoleNames = ["help", "app", "config"] as const;
