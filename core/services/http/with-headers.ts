/** A JSON answer that comes with headers of its own. Made by {@link withHeaders}. */
export class AnswerWithHeaders<Body> {
  constructor(
    readonly body: Body,
    readonly headers: Readonly<Record<string, string>>,
  ) {}
}

/**
 * Gives an answer headers, whatever its body.
 * @example handle: async () => withHeaders(await list(), { "cache-control": "private, max-age=60" })
 */
export function withHeaders<Body>(body: Body, headers: Readonly<Record<string, string>>): AnswerWithHeaders<Body> {
  return new AnswerWithHeaders(body, headers);
}
