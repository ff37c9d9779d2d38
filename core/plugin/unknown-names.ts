import { didYouMean } from "../did-you-mean";
import type { InstalledPlugin } from "./installed-plugin";
import type { AnyPlugin } from "./plugin";

/**
 * Finds what plugins add to slots and which events they wait for that nobody declares. What belongs to a plugin that is off is none of
 * these: it is simply not asked for.
 * @param known every plugin that there is, on or off
 */
export function unknownNames(installed: readonly InstalledPlugin[], known: ReadonlySet<AnyPlugin>): string[] {
  const slots = namesOf([...known].flatMap((plugin) => plugin.slots ?? []));
  const events = namesOf([...known].flatMap((plugin) => plugin.events ?? []));
  return installed.flatMap(({ plugin, parts }) => [
    ...unknown(
      (parts.contribute ?? []).map(({ slot }) => slot),
      slots,
    ).map(
      (name) =>
        `Plugin "${plugin.name}" contributes to the slot ${name}, which no plugin declares.${didYouMean(name, slots)} The slot's owner lists it in the \`slots\` of its manifest.`,
    ),
    ...unknown(
      (parts.on ?? []).map(({ event }) => event),
      events,
    ).map(
      (name) =>
        `Plugin "${plugin.name}" handles the event ${name}, which no plugin declares.${didYouMean(name, events)} The event's owner lists it in the \`events\` of its manifest.`,
    ),
  ]);
}

/** @returns these plugins and all they require or can use, however far away: what there is to know even of those that aren't found */
export function withReferenced(plugins: readonly AnyPlugin[]): ReadonlySet<AnyPlugin> {
  const known = new Set<AnyPlugin>(plugins);
  // A set's iteration also reaches what is added meanwhile.
  for (const plugin of known) for (const other of [...(plugin.requires ?? []), ...(plugin.optional ?? [])]) known.add(other);
  return known;
}

const namesOf = (declared: readonly { readonly name: string }[]): string[] => declared.map(({ name }) => name);

const unknown = (used: readonly string[], known: readonly string[]): string[] => [
  ...new Set(used.filter((name) => !known.includes(name))),
];
