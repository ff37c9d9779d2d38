/**
 * Sends something until the platform takes or refuses it, as Workers do: what can't be reached or fails is asked again.
 * @param tell gets every answer, failures too
 */
export async function persist(
  send: () => Promise<Response>,
  tell: (answer: Response) => unknown = () => undefined,
): Promise<Response> {
  for (;;) {
    const answer = await send().catch(() => null);
    if (answer) await tell(answer);
    if (answer && answer.status < 500) return answer;
    await Bun.sleep(20 + Math.random() * 60);
  }
}
