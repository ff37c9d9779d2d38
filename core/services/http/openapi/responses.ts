import { isRawAnswer } from "../answer-shape";
import type { ErrorCatalogue } from "../errors";
import type { PreparedRoute } from "../mount";
import { exampleOf } from "./example";
import { type JsonObject, objectOf, type SchemaBank } from "./schemas";

/** @returns every answer of a route, by status: the declared ones with an example each, and the error codes */
export function responsesOf({ route, codes }: PreparedRoute, catalogue: ErrorCatalogue, bank: SchemaBank): JsonObject {
  const responses: Record<string, JsonObject> = {};
  for (const [status, answer] of Object.entries(route.answers)) {
    if (answer === null) responses[status] = { description: status === "302" ? "Go on to `Location`" : "Done; nothing to say" };
    else if (isRawAnswer(answer)) {
      responses[status] = { description: answer.summary, content: { [answer.contentType]: { schema: { type: "string" } } } };
    } else {
      const schema = bank.describe(answer);
      const description = answer.description ?? (Number(status) < 300 ? "What was asked for" : "Not quite");
      responses[status] = {
        description,
        content: { "application/json": { schema, example: exampleOf(schema, bank.shared) } },
      };
    }
  }
  if (route.etag) responses["304"] = { description: "What the client has, by its `If-None-Match`, still holds" };
  for (const [status, ofStatus] of Map.groupBy(codes, (code) => String(catalogue[code]?.[0] ?? 500))) {
    const refusal = refusalOf(ofStatus, catalogue);
    const declared = responses[status];
    responses[status] = declared
      ? { ...declared, content: { ...refusal.content, ...objectOf(declared.content) } }
      : { description: refusal.description, content: refusal.content };
  }
  return responses;
}

function refusalOf(codes: readonly string[], catalogue: ErrorCatalogue): { description: string; content: JsonObject } {
  const messageOf = (code: string) => catalogue[code]?.[1] ?? "";
  const schema = {
    type: "object",
    required: ["code", "message"],
    properties: { code: { type: "string", enum: codes }, message: { type: "string" } },
  };
  const examples = Object.fromEntries(codes.map((code) => [code, { value: { code, message: messageOf(code) } }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${messageOf(code)}`).join("\n\n"),
    content: { "application/json": { schema, examples } },
  };
}
