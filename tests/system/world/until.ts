/**
 * Waits until something holds.
 * @param describe what to say when it doesn't within `seconds`
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  describe: () => string | Promise<string>,
  seconds = 45,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} seconds: ${await describe()}`);
    await Bun.sleep(50);
  }
}
