import type { InstalledPlugin } from "../plugin/found-plugin";
import type { SlotOfAll } from "../plugin/slot";

/** What a plugin contributed to an extension point of a service. */
export interface Contributed<T> {
  readonly plugin: string;
  readonly value: T;
}

/** @returns what plugins contribute to a service's slot, in their order */
export const contributedTo = <T>(slot: SlotOfAll<T>, plugins: readonly InstalledPlugin[]): Contributed<T>[] =>
  plugins.flatMap(({ plugin, parts }) =>
    (parts.contribute ?? [])
      .filter((contribution) => contribution.slot === slot.name)
      // The slot's `with` has made it of a T.
      .map(({ value }) => ({ plugin: plugin.name, value: value as T })),
  );
