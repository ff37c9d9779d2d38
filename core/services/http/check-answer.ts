import { isRawAnswer } from "./answer-shape";
import type { Route } from "./route";
import { AnswerWithHeaders } from "./with-headers";

/**
 * Compares what a handler returned with what its route declares. For tests: it costs more than most handlers.
 *
 * @returns what is wrong, or null
 */
export function answerMismatch(route: Route, value: unknown): string | null {
  if (value instanceof AnswerWithHeaders) return answerMismatch(route, value.body);
  if (value instanceof Response) return responseMismatch(route, value);
  if (value === undefined) {
    return Object.values(route.answers).includes(null) ? null : "it returned nothing, but declares no answer without a body";
  }
  const schema = Object.entries(route.answers).flatMap(([status, answer]) =>
    answer === null || isRawAnswer(answer) || Number(status) >= 300 ? [] : [answer],
  )[0];
  if (!schema) return "it returned a value, but declares no JSON answer";
  const wire: unknown = JSON.parse(JSON.stringify(value));
  const result = schema.safeParse(wire);
  if (!result.success) {
    return result.error.issues.map(({ path, message }) => `${path.join(".") || "the answer"}: ${message}`).join("; ");
  }
  return Bun.deepEquals(result.data, wire) ? null : "its answer has keys that the schema doesn't declare";
}

function responseMismatch(route: Route, { status, headers }: Response): string | null {
  if (!Object.hasOwn(route.answers, status)) return `it answered ${status}, which it doesn't declare`;
  const answer = route.answers[status];
  if (!answer || !isRawAnswer(answer)) return null;
  const type = headers.get("content-type") ?? "";
  return type.startsWith(answer.contentType.split(";", 1).join(""))
    ? null
    : `it answered ${type || "no content type"} instead of ${answer.contentType}`;
}
