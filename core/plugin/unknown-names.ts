import { didYouMean } from "../did-you-mean";
import type { InstalledPlugin } from "./found-plugin";
import { namesOf, neighboursOf } from "./names";
import type { AnyPlugin } from "./plugin";

/**
 * Finds what plugins add to slots and which events they wait for that nobody declares. What belongs to a plugin that is off is none of
 * these: it is simply not asked for.
 * @param plugins every plugin that there is, on or off
 */
export function unknownNames(installed: readonly InstalledPlugin[], plugins: readonly AnyPlugin[]): string[] {
  const known = [...withReferenced(plugins)];
  const slots = namesOf(known.flatMap((plugin) => plugin.slots ?? []));
  const events = namesOf(known.flatMap((plugin) => plugin.events ?? []));
  return installed.flatMap(({ plugin, parts: { contribute = [], on = [] } }) => {
    const used = [
      ...contribute.map(({ slot }) => ({ does: "contributes to", kind: "slot", name: slot, there: slots })),
      ...on.map(({ event }) => ({ does: "handles", kind: "event", name: event, there: events })),
    ];
    const sentences = used
      .filter(({ name, there }) => !there.includes(name))
      .map(
        ({ does, kind, name, there }) =>
          `Plugin "${plugin.name}" ${does} the ${kind} ${name}, which no plugin declares.${didYouMean(name, there)} The ${kind}'s owner lists it in the \`${kind}s\` of its manifest.`,
      );
    return [...new Set(sentences)];
  });
}

/** @returns these plugins and all they require or can use, however far away: what there is to know even of those that aren't found */
function withReferenced(plugins: readonly AnyPlugin[]): ReadonlySet<AnyPlugin> {
  const known = new Set<AnyPlugin>(plugins);
  // A set's iteration also reaches what is added meanwhile.
  for (const plugin of known) for (const other of neighboursOf(plugin)) known.add(other);
  return known;
}
