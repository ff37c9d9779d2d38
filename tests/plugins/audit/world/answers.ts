/** @returns the body of an answer that has to have this status */
export { json } from "../../../../testing/factories";

/** @returns status and error code of an answer */
export async function refusal(answer: Response): Promise<[number, unknown]> {
  const { code }: { code: unknown } = await answer.json();
  return [answer.status, code];
}

/** @returns the message that something is rejected with */
export async function rejection(act: PromiseLike<unknown>): Promise<string> {
  try {
    await act;
  } catch (error) {
    return String(error);
  }
  throw new Error("it wasn't rejected");
}
