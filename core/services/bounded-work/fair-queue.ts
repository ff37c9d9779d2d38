/** What waits, by whom it is for. */
export interface FairQueue<Item> {
  readonly length: number;
  add(owner: string, item: Item): void;
  /** Takes the oldest item of the owner who has waited longest since one of theirs was taken, among those who may have one now. */
  take(may: (owner: string) => boolean): { owner: string; item: Item } | undefined;
  /** Takes an item out of turn. @returns false when it isn't there any more */
  remove(owner: string, item: Item): boolean;
}

/** Owners take turns, so that what one of them has in plenty delays nobody else for longer than one item. */
export function createFairQueue<Item>(): FairQueue<Item> {
  // A Map iterates in the order of insertion: an owner who had a turn goes to the end.
  const waiting = new Map<string, Item[]>();
  let length = 0;

  function put(owner: string, items: Item[]): void {
    waiting.delete(owner);
    if (items.length > 0) waiting.set(owner, items);
  }

  return {
    get length() {
      return length;
    },
    add(owner, item) {
      const items = waiting.get(owner) ?? [];
      if (items.length === 0) waiting.set(owner, items);
      items.push(item);
      length++;
    },
    take(may) {
      for (const [owner, [item, ...rest]] of waiting) {
        if (item === undefined || !may(owner)) continue;
        put(owner, rest);
        length--;
        return { owner, item };
      }
      return undefined;
    },
    remove(owner, item) {
      const items = waiting.get(owner) ?? [];
      const rest = items.filter((other) => other !== item);
      if (rest.length === items.length) return false;
      if (rest.length > 0) waiting.set(owner, rest);
      else waiting.delete(owner);
      length--;
      return true;
    },
  };
}
