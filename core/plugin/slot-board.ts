import type { Contribution, RequiredSlot, Slot, SlotOfAll, SlotOfOne } from "./slot";

/** Reads extension points. What is contributed is known once every plugin has been set up. */
export interface Slots {
  /** @returns a function that lists the contributions, plugins in dependency order */
  all<T>(slot: SlotOfAll<T>): () => readonly T[];
  /** @returns a function that gives what the one provider contributed; undefined when there is none */
  one<T>(slot: RequiredSlot<T>): () => T;
  one<T>(slot: SlotOfOne<T>): () => T | undefined;
}

export interface SlotBoard extends Slots {
  add(contribution: Contribution): void;
}

/**
 * The board of one application. Slots are matched by name, so values have the type their `with` demanded.
 * @param declared the slots of plugins that are on; what is added to others is dropped, and reading them throws
 */
export function createSlotBoard(declared: readonly Slot<unknown>[]): SlotBoard {
  const bySlot = new Map(declared.map(({ name }): [string, unknown[]] => [name, []]));
  function valuesOf<T>({ name }: Slot<T>): readonly T[] {
    const values = bySlot.get(name);
    if (!values) throw new Error(`the slot ${name} is read, but no plugin has it in the \`slots\` of its manifest`);
    return values as T[];
  }
  function one<T>(slot: RequiredSlot<T>): () => T;
  function one<T>(slot: SlotOfOne<T>): () => T | undefined;
  function one<T>(slot: SlotOfOne<T>): () => T | undefined {
    const values = valuesOf(slot);
    return () => values[0];
  }
  return {
    add: ({ slot, value }) => void bySlot.get(slot)?.push(value),
    all: (slot) => {
      const values = valuesOf(slot);
      return () => values;
    },
    one,
  };
}
