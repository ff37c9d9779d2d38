/**
 * An extension point: a typed place to which several plugins add something, declared and read by its owner.
 *
 * @example
 * // the owner
 * export const repositoryGraphs = defineSlot<GraphSource>("repositories.graphs");
 * const graphs = slots.all(repositoryGraphs);          // call graphs() when it is needed, not in setup()
 * // a contributor, in what its setup() returns
 * contribute: [repositoryGraphs.with({ key: "issues", daily })]
 */
export interface Slot<T> {
  readonly name: string;
  with(value: T): Contribution;
}

/** What a plugin's `setup` returns in `contribute`. */
export interface Contribution {
  readonly slot: string;
  readonly value: unknown;
}

export function defineSlot<T>(name: string): Slot<T> {
  return { name, with: (value) => ({ slot: name, value }) };
}

/** Reads extension points. What is contributed is known once every plugin has been set up. */
export interface Slots {
  /** @returns a function that lists the contributions, plugins in dependency order */
  all<T>(slot: Slot<T>): () => readonly T[];
}

export interface SlotBoard extends Slots {
  add(contribution: Contribution): void;
}

/** The board of one application. Slots are matched by name, so values have the type their `with` demanded. */
export function createSlotBoard(): SlotBoard {
  const bySlot = new Map<string, unknown[]>();
  const of = (name: string): unknown[] => {
    const list = bySlot.get(name) ?? [];
    bySlot.set(name, list);
    return list;
  };
  return {
    add: ({ slot, value }) => void of(slot).push(value),
    all: <T>(slot: Slot<T>) => {
      const values = of(slot.name) as T[];
      return () => values;
    },
  };
}
