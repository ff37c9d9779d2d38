/** Bytes of a commit from which it counts as large. */
const largeBytes = 256 * 1024 ** 2;

/** Where commits are packed, a few at a time: packing keeps a processor busy, unlike waiting for a git server. */
export interface PackingLane {
  /**
   * Waits for a place, works, and gives the place back. First come, first served; but large commits never take the last place, so
   * that a small one waits for small ones only.
   *
   * @param bytes of the commit, unpacked
   * @throws what `work` throws; the signal's reason when that is aborted while waiting
   */
  inTurn<T>(bytes: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Waiter {
  readonly isLarge: boolean;
  readonly begin: () => void;
}

/** @param places how many commits this process packs at the same time; at least 2, or large ones could never be packed */
export function createPackingLane(places: number): PackingLane {
  const waiting: Waiter[] = [];
  const taken = { all: 0, large: 0 };

  const hasPlace = (isLarge: boolean) => taken.all < places && (!isLarge || taken.large < places - 1);

  function callNext(): void {
    for (let next = waiting.findIndex(({ isLarge }) => hasPlace(isLarge)); next >= 0; ) {
      const [waiter] = waiting.splice(next, 1);
      if (!waiter) return;
      taken.all++;
      if (waiter.isLarge) taken.large++;
      waiter.begin();
      next = waiting.findIndex(({ isLarge }) => hasPlace(isLarge));
    }
  }

  async function place(isLarge: boolean, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { isLarge, begin: resolve };
    const giveUp = () => {
      const at = waiting.indexOf(waiter);
      if (at < 0) return; // called meanwhile
      waiting.splice(at, 1);
      reject(signal?.reason);
    };
    waiting.push(waiter);
    signal?.addEventListener("abort", giveUp);
    callNext();
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  return {
    async inTurn(bytes, work, signal) {
      const isLarge = bytes >= largeBytes;
      await place(isLarge, signal);
      try {
        return await work();
      } finally {
        taken.all--;
        if (isLarge) taken.large--;
        callNext();
      }
    },
  };
}
