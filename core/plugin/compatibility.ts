import { about } from "../app/about";

const version = String.raw`[vV]?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:-[\w.-]+)?(?:\+[\w.-]+)?`;
const comparator = String.raw`(?:[<>]=?|=|~|\^)?\s*${version}`;
const alternative = String.raw`(?:${version}\s+-\s+${version}|${comparator}(?:\s+${comparator})*)`;
/** What `Bun.semver` understands. It takes anything else, too, and lets it fit everything. */
const range = new RegExp(String.raw`^\s*${alternative}(?:\s*\|\|\s*${alternative})*\s*$`);

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
  if (!range.test(wanted))
    return `${who} has the compatibility "${wanted}", which is no semver range; accepted is one such as ">=0.1.0 <0.3.0" or "^0.1.0", and ${here}. Correct it, or don't load the plugin.`;
  return Bun.semver.satisfies(about.version, wanted)
    ? undefined
    : `${who} is made for ${about.title} ${wanted}, and ${here}. Install a release of it that is made for this one, or don't load it.`;
}
