/**
 * Keeps a reading from costing more than a share of the time, however often it is asked for and however much there is to read: who asks
 * while one is under way waits for that, and who asks soon after gets what it brought. What fails is tried again at once.
 * @param rest so many times as long as a reading took, no other one is begun
 */
export function sparingly<T>(
  read: () => Promise<T>,
  rest: number,
  now: () => number = () => performance.now(),
): () => Promise<T> {
  let latest: Promise<T> | undefined;
  let restsUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (latest && now() < restsUntil) return latest;
    const started = now();
    restsUntil = Number.POSITIVE_INFINITY;
    const begun = read().then(
      (value) => {
        restsUntil = now() + rest * (now() - started);
        return value;
      },
      (error: unknown) => {
        latest = undefined;
        throw error;
      },
    );
    latest = begun;
    return begun;
  };
}
