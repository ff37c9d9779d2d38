import type { z } from "zod";
import type { RawAnswer, Route } from "./route";

/** How a route's handler's value becomes an answer. */
export interface AnswerShape {
  /** Status of values, and what describes them; null when the route answers no JSON. */
  readonly json: { readonly status: number; readonly schema: z.ZodType } | null;
  /** Status of `undefined`. */
  readonly emptyStatus: number;
}

export const isRawAnswer = (answer: z.ZodType | RawAnswer): answer is RawAnswer => "contentType" in answer;

/** @throws Error when a route declares more than one successful JSON answer, as a value could mean either */
export function answerShape(route: Route): AnswerShape {
  const declared = Object.entries(route.answers).map(([status, answer]) => ({ status: Number(status), answer }));
  const json = declared.flatMap(({ status, answer }) =>
    answer === null || isRawAnswer(answer) || status >= 300 ? [] : [{ status, schema: answer }],
  );
  if (json.length > 1) throw new Error("answers must have at most one JSON body with a status below 300");
  const empty = declared.find(({ answer }) => answer === null);
  return { json: json[0] ?? null, emptyStatus: empty?.status ?? 204 };
}
