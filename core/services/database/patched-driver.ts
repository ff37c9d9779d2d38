import postgres from "postgres";
import { StartupError } from "../../startup-error";

/** What patches/postgres@3.4.9.patch writes into the driver; changes with every change of what the patch does. */
const mark = "cocov 4";

/**
 * Makes sure that the driver is the one this code is written for: transactions rely on what the patch adds to it, and would
 * write outside of themselves without.
 * @throws {StartupError} if the patch isn't applied, or is another one
 */
export function requirePatchedDriver(driver: object = postgres): void {
  if ("patched" in driver && driver.patched === mark) return;
  throw new StartupError([
    "The package postgres in node_modules isn't the one this version works with: patches/ isn't applied to it. Run `bun install`; in a container image, copy patches/ before that.",
  ]);
}
