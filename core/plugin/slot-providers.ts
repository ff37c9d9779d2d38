import type { InstalledPlugin } from "./found-plugin";
import type { Slot } from "./slot";

type Bringing = Pick<InstalledPlugin, "plugin" | "parts">;
interface Provider {
  readonly plugin: string;
  readonly value: unknown;
}

/** @returns a sentence for each slot with too many providers, with none that it needs, or with two for the same thing */
export function slotMistakes(installed: readonly Bringing[]): string[] {
  return installed.flatMap(({ plugin }) =>
    (plugin.slots ?? []).flatMap((slot: Slot<unknown>) => mistakesOf(slot, plugin.name, providersOf(slot, installed))),
  );
}

function providersOf({ name }: Slot<unknown>, installed: readonly Bringing[]): Provider[] {
  return installed.flatMap(({ plugin, parts }) =>
    (parts.contribute ?? []).filter(({ slot }) => slot === name).map(({ value }) => ({ plugin: plugin.name as string, value })),
  );
}

function mistakesOf(slot: Slot<unknown>, owner: string, providers: readonly Provider[]): string[] {
  const place = `the slot ${slot.name} of "${owner}"`;
  if (slot.required && providers.length === 0) {
    return [
      `Nobody fills ${place}, which needs a provider. Install or switch on a plugin that does, or switch "${owner}" off.`,
    ];
  }
  if (slot.takes === "one") {
    return providers.length < 2 ? [] : [tooMany(providers, `fill ${place}, which takes one provider`)];
  }
  const alike = Map.groupBy(providers, ({ value }) => slot.keyOf?.(value));
  return [...alike].flatMap(([key, same]) =>
    key === undefined || same.length < 2 ? [] : [tooMany(same, `fill ${place} with the same ${key}`)],
  );
}

function tooMany(providers: readonly Provider[], done: string): string {
  const names = [...new Set(providers.map(({ plugin }) => `"${plugin}"`))];
  return names.length === 1
    ? `Two contributions of plugin ${names[0]} ${done}. Take one out.`
    : `Plugins ${names.join(" and ")} both ${done}. Switch one of them off.`;
}
