import { type Refused, windowSeconds } from "./count-refusal";

const windowMs = windowSeconds * 1000;
/** Places that one process remembers at most; of others it asks the database. */
const mostRemembered = 5000;

/** What this process knows of the refusals that count, so that a flood costs no statement for each. May be forgotten at any time. */
export interface RecentRefusals {
  /** @returns when each mark of a place stops to count, as `performance.now()` tells; the oldest first */
  of(source: string): ReadonlyMap<number, number>;
  remember(source: string, refused: Refused): void;
}

export function createRecentRefusals(): RecentRefusals {
  const places = new Map<string, Map<number, number>>();
  return {
    of(source) {
      const ends = places.get(source) ?? new Map<number, number>();
      const now = performance.now();
      for (const [mark, end] of ends) {
        if (end > now) break;
        ends.delete(mark);
      }
      return ends;
    },
    remember(source, refused) {
      const now = performance.now();
      const ends = [...refused].map(([mark, age]): [number, number] => [mark, now + windowMs - age]);
      // At the end again: those that were heard of longest ago are forgotten first.
      places.delete(source);
      places.set(source, new Map(ends.toSorted(([, one], [, other]) => one - other)));
      for (const oldest of places.keys()) {
        if (places.size <= mostRemembered) break;
        places.delete(oldest);
      }
    },
  };
}
