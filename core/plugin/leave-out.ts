import type { FoundPlugin } from "./found-plugin";
import { namesOf } from "./names";
import { requirersOf } from "./requirements";

/** A plugin from elsewhere that isn't served, so that the rest is. */
export interface LeftOut extends Pick<FoundPlugin, "origin" | "version"> {
  /** As the configuration has it when its own couldn't be read. */
  readonly name: string;
  /** Sentences. */
  readonly reason: string;
}

/**
 * Tries plugins together, and takes out those from elsewhere that something is wrong with, one after the other and each with what
 * requires it, until nothing is wrong or nothing helps. What a plugin of the project requires isn't taken out.
 *
 * @param attempt tries these plugins, in sentences about what is wrong
 * @param optional whether any may be taken out
 * @returns what came of the last attempt, and who was taken out
 */
export function leaveOut<Entry extends FoundPlugin, Outcome extends { readonly problems: readonly string[] }>(
  plugins: readonly Entry[],
  optional: boolean,
  attempt: (plugins: readonly Entry[]) => Outcome,
): { readonly outcome: Outcome; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = [];
  let kept = plugins;
  let outcome = attempt(kept);
  search: while (optional && outcome.problems.length > 0) {
    // Those that fewest others require come first: a mistake of theirs isn't put on what they require.
    const candidates = kept.map((entry) => ({ entry, requirers: requirersAmong(entry, kept) }));
    for (const { entry, requirers } of candidates.toReversed().sort((a, b) => a.requirers.length - b.requirers.length)) {
      if (!entry.elsewhere || requirers.some(({ elsewhere }) => !elsewhere)) continue;
      const rest = kept.filter((other) => other !== entry && !requirers.includes(other));
      const without = attempt(rest);
      const mended = outcome.problems.filter((problem) => !without.problems.includes(problem));
      if (mended.length === 0) continue;
      const consequence = ({ plugin }: Entry) => `Plugin "${plugin.name}" requires "${entry.plugin.name}", which is left out.`;
      leftOut.push(entryOf(entry, mended.join(" ")), ...requirers.map((other) => entryOf(other, consequence(other))));
      kept = rest;
      outcome = without;
      continue search;
    }
    break;
  }
  return { outcome, leftOut };
}

const entryOf = ({ plugin: { name }, version, origin }: FoundPlugin, reason: string) => ({ name, version, origin, reason });

/** @returns those that can't do without a plugin; nobody when two have its name, since the other one is there for them */
function requirersAmong<Entry extends FoundPlugin>({ plugin }: Entry, all: readonly Entry[]): readonly Entry[] {
  if (all.filter((other) => other.plugin.name === plugin.name).length > 1) return [];
  const names = requirersOf(plugin.name, new Map(all.map((other) => [other.plugin.name, namesOf(other.plugin.requires)])));
  return all.filter((other) => names.includes(other.plugin.name));
}
