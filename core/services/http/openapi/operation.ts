import type { ErrorCatalogue } from "../errors";
import type { PreparedRoute } from "../mount";
import { defaultPageSize, largestPageSize } from "../paging";
import { listParameters, type Parameter } from "../read-parameters";
import type { Route } from "../route";
import { exampleOf } from "./example";
import { responsesOf } from "./responses";
import { type JsonObject, objectOf, type SchemaBank } from "./schemas";

/** What an operation needs to know beyond its own route. */
export interface OperationContext {
  readonly tag: string;
  readonly operationId: string;
  /** The path's parameters under the names that the documented path has for them. */
  readonly pathNames: ReadonlyMap<string, string>;
  readonly catalogue: ErrorCatalogue;
  readonly bank: SchemaBank;
}

/** @returns the Operation Object (https://spec.openapis.org/oas/v3.1.1.html#operation-object) of a route */
export function operationOf(prepared: PreparedRoute, context: OperationContext): JsonObject {
  const { route, parameters } = prepared;
  const { tag, operationId, pathNames, catalogue, bank } = context;
  const inPath = parameters.filter((parameter) => parameter.inPath);
  const elsewhere = parameters.filter((parameter) => !parameter.inPath);
  const inBody = route.method !== "GET" && route.method !== "DELETE" && !route.rawBody;
  const security = [route.access.security, route.scope?.security].filter((scheme) => scheme !== undefined);
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    description: descriptionOf(prepared, inBody && elsewhere.length > 0),
    ...(security.length > 0 ? { security: [Object.fromEntries(security.map(({ name }) => [name, []]))] } : {}),
    parameters: [
      ...inPath.map((parameter) => ({
        name: pathNames.get(parameter.name) ?? parameter.name,
        in: "path",
        required: true,
        ...describeParameter(parameter, bank),
      })),
      ...(inBody ? [] : elsewhere.map((parameter) => queryParameter(parameter, bank))),
      ...(route.paginated ? [pageParameter] : []),
      ...(route.paginated === true ? [pageSizeParameter] : []),
      ...(route.etag ? [ifNoneMatch] : []),
    ],
    ...(inBody && elsewhere.length > 0 ? { requestBody: requestBody(elsewhere, bank) } : {}),
    ...(route.rawBody ? { requestBody: rawBody(route, bank) } : {}),
    responses: responsesOf(prepared, catalogue, bank),
  };
}

const ifNoneMatch = {
  name: "If-None-Match",
  in: "header",
  required: false,
  description: "The `ETag` of an answer one has: 304 when it still holds",
  schema: { type: "string" },
};

const pageParameter = {
  name: "page",
  in: "query",
  description: "Anything but a positive integer is 1",
  schema: { type: "integer", minimum: 1, default: 1 },
};

const pageSizeParameter = {
  name: "per_page",
  in: "query",
  description: `Anything but a positive integer is ${defaultPageSize}; more than ${largestPageSize} is ${largestPageSize}`,
  schema: { type: "integer", minimum: 1, maximum: largestPageSize, default: defaultPageSize },
};

function descriptionOf({ route }: PreparedRoute, hasBody: boolean): string {
  const labels = [route.access.label, route.scope?.label].filter((label) => label !== undefined);
  return [
    route.description,
    `Who may call: ${[...new Set(labels)].join(", ")}.`,
    hasBody && route.jsonRequired === undefined
      ? "The parameters may also be sent as a form, URL-encoded or multipart, or in the query."
      : undefined,
  ]
    .filter((paragraph) => paragraph !== undefined)
    .join("\n\n");
}

function queryParameter(parameter: Parameter, bank: SchemaBank): JsonObject {
  return { name: parameter.name, in: "query", required: parameter.required, ...describeParameter(parameter, bank) };
}

function describeParameter({ schema, rule, inPath }: Parameter, bank: SchemaBank): JsonObject {
  const { description, ...described } = bank.describe(schema);
  const codes = inPath ? [] : [rule.missing && `Missing: \`${rule.missing}\`.`, rule.invalid && `Unfit: \`${rule.invalid}\`.`];
  const text = [description, ...codes].filter((part) => part !== undefined).join(" ");
  return { ...(text ? { description: text } : {}), schema: described };
}

function rawBody({ documentedBody }: Route, bank: SchemaBank): JsonObject {
  if (documentedBody) return requestBody(listParameters(documentedBody, []), bank);
  return { content: { "application/json": { schema: { type: "object" } } } };
}

function requestBody(parameters: readonly Parameter[], bank: SchemaBank): JsonObject {
  const described = parameters.map((parameter) => {
    const { description, schema } = describeParameter(parameter, bank);
    return [parameter.name, { ...objectOf(schema), ...(description ? { description } : {}) }] as const;
  });
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
  const schema = {
    type: "object",
    properties: Object.fromEntries(described),
    ...(required.length > 0 ? { required } : {}),
  };
  const content = { schema, example: exampleOf(schema, bank.shared) };
  return { required: required.length > 0, content: { "application/json": content } };
}
