/** Does work while there is a place for it; whoever comes when there is none waits for their turn. */
export type Places = <T>(work: () => Promise<T>) => Promise<T>;

/** @param count how many may work at once */
export function createPlaces(count: number): Places {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
