/**
 * Waits for `work`, but no longer than `ms` milliseconds.
 * @returns what it resolves to; undefined when it takes longer
 * @throws what it rejects with, in time; later rejections are dropped
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(over.resolve, ms, undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}
