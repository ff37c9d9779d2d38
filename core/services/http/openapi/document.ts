import type { ErrorCatalogue } from "../errors";
import type { PreparedRoute } from "../mount";
import { operationOf } from "./operation";
import { documentedPaths } from "./paths";
import { createSchemaBank, type JsonObject } from "./schemas";

/** Everything the document is made of. */
export interface Api {
  readonly about: { readonly title: string; readonly version: string; readonly description?: string };
  readonly plugins: readonly {
    readonly name: string;
    readonly summary?: string;
    readonly prepared: readonly PreparedRoute[];
  }[];
  readonly catalogue: ErrorCatalogue;
}

/** @returns the OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html) of all routes */
export function openApiDocument({ about, plugins, catalogue }: Api): JsonObject {
  const bank = createSchemaBank();
  const operationIds = new Set<string>();
  const paths: Record<string, JsonObject> = {};
  const nameOf = documentedPaths(plugins.flatMap(({ prepared }) => prepared));
  const tags = new Map(plugins.filter(({ prepared }) => prepared.length > 0).map(({ name, summary }) => [name, summary]));
  for (const { name, prepared } of plugins) {
    for (const one of prepared) {
      const tag = one.route.tag ?? name;
      if (!tags.has(tag)) tags.set(tag, undefined);
      const { path, pathNames } = nameOf(one);
      const operationId = uniqueId(one, operationIds);
      const operation = operationOf(one, { tag, operationId, pathNames, catalogue, bank });
      paths[path] = { ...paths[path], [one.route.method.toLowerCase()]: operation };
    }
  }
  return {
    openapi: "3.1.1",
    info: about,
    servers: [{ url: "/" }],
    tags: [...tags].map(([name, description]) => ({ name, ...(description ? { description } : {}) })),
    paths,
    components: { securitySchemes: credentialsOf(plugins.flatMap(({ prepared }) => prepared)), schemas: bank.shared },
  };
}

function credentialsOf(routes: readonly PreparedRoute[]): JsonObject {
  const credentials = routes.flatMap(({ route }) => [route.access.security, route.scope?.security]);
  return Object.fromEntries(credentials.flatMap((credential) => (credential ? [[credential.name, credential.scheme]] : [])));
}

/** e.g. `getV1WidgetsByNameParts` */
function uniqueId({ route }: PreparedRoute, taken: Set<string>): string {
  const segments = route.path.split("/").map((segment) => {
    const words = segment.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
    const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
    return /^[:*]/.test(segment) ? `By${joined}` : joined;
  });
  const id = route.method.toLowerCase() + segments.join("");
  let unique = id;
  for (let copy = 2; taken.has(unique); copy++) unique = `${id}${copy}`;
  taken.add(unique);
  return unique;
}
