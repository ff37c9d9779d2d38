import { satisfies, validRange } from "semver";
import { about } from "../app/about";

/**
 * Compares the versions of the platform that a plugin says it works with to this one's.
 * @returns the sentence that says why it can't be used; undefined when it can, or doesn't say
 */
export function incompatibility(plugin: { name?: unknown; version?: unknown; compatibility?: unknown }, origin: string) {
  const { name, compatibility: wanted } = plugin;
  if (typeof wanted !== "string") return undefined;
  const called = typeof name === "string" ? `Plugin "${name}"` : "The plugin";
  const who = `${called}${typeof plugin.version === "string" ? ` ${plugin.version}` : ""} from ${origin}`;
  const here = `this is ${about.title} ${about.version}`;
  if (validRange(wanted) === null)
    return `${who} has the compatibility "${wanted}", which is no semver range; accepted is one such as ">=0.1.0 <0.3.0" or "^0.1.0", and ${here}. Correct it, or don't load the plugin.`;
  return satisfies(about.version, wanted)
    ? undefined
    : `${who} is made for ${about.title} ${wanted}, and ${here}. Install a release of it that is made for this one, or don't load it.`;
}
