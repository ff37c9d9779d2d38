/** Limits of one write. */
export interface GroupLimits {
  readonly items: number;
  /** Sum of what `weigh` gives for the items; a single item may exceed it. */
  readonly weight: number;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly written: PromiseWithResolvers<void>;
}

/**
 * Joins items that come in while a write is under way into the next one, so that a crowd of requests costs few transactions.
 * An item that comes alone is written at once.
 *
 * @param write commits all items or none
 * @returns a function that resolves when its item has been committed, and rejects with what `write` threw
 */
export function groupCommit<Item>(
  write: (items: readonly Item[]) => Promise<void>,
  { limits, weigh }: { limits: GroupLimits; weigh: (item: Item) => number },
): (item: Item) => Promise<void> {
  const queue: Waiting<Item>[] = [];
  let writing = false;

  const writeAll = async () => {
    writing = true;
    while (queue.length > 0) {
      const group = queue.splice(0, groupSize());
      try {
        await write(group.map(({ item }) => item));
        for (const { written } of group) written.resolve();
      } catch (error) {
        for (const { written } of group) written.reject(error);
      }
    }
    writing = false;
  };

  const groupSize = (): number => {
    let weight = 0;
    const end = queue.findIndex(({ item }, index) => {
      weight += weigh(item);
      return index > 0 && (index >= limits.items || weight > limits.weight);
    });
    return end === -1 ? queue.length : end;
  };

  return (item) => {
    const written = Promise.withResolvers<void>();
    queue.push({ item, written });
    if (!writing) void writeAll();
    return written.promise;
  };
}
