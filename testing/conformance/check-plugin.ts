import type { InstallationOptions } from "../../core/app/installation";
import { examine } from "./examined";
import { findPlugin } from "./find-plugin";
import { rules } from "./rules";

/** What there is to say of a plugin that has been checked. */
export interface Verdict {
  /** As it was asked for, when it couldn't be used. */
  readonly name: string;
  /** Sentences; empty when it conforms. */
  readonly problems: readonly string[];
}

/**
 * Checks a plugin against all rules that need no database.
 * @param wanted the name of an installed plugin, a path, or a package
 */
export async function checkPlugin(wanted: string, options: InstallationOptions = {}): Promise<Verdict> {
  const found = await findPlugin(wanted, options);
  if ("problems" in found) return { name: wanted, problems: found.problems };
  const examined = await examine(found.entry, found.all);
  return { name: examined.name, problems: Object.values(rules).flatMap((rule) => rule(examined)) };
}
