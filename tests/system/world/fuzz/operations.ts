import { z } from "zod";

/** A JSON Schema, as far as requests are described by it. */
export interface Schema {
  readonly [key: string]: unknown;
}

/** One operation of the OpenAPI document. */
export interface Operation {
  /** `PUT /v1/repositories/{repo_id}/issues` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: "path" | "query"; readonly schema: Schema }[];
  /** Properties of the body. */
  readonly body: Readonly<Record<string, Schema>>;
  /** Error codes by status; none for a status that answers something else. */
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

const schema = z.record(z.string(), z.unknown());
const content = z.object({ "application/json": z.object({ schema }).optional() }).partial();
const operation = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.enum(["path", "query"]), schema })).default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ content: content.optional() })),
});
const document = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });
const properties = z.object({ properties: z.record(z.string(), schema).default({}) });
const refusal = z.object({ properties: z.object({ code: z.object({ enum: z.array(z.string()) }) }) });

/** @param json what `/swagger/json` answers */
export function listOperations(json: unknown): Operation[] {
  return Object.entries(document.parse(json).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      parameters,
      body: properties.parse(requestBody?.content["application/json"]?.schema ?? {}).properties,
      codes: Object.fromEntries(
        Object.entries(responses).map(([status, { content }]) => {
          const codes = refusal.safeParse(content?.["application/json"]?.schema);
          return [status, codes.success ? codes.data.properties.code.enum : []];
        }),
      ),
    })),
  );
}
