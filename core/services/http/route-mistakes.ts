import type { InstalledPlugin } from "../../plugin/found-plugin";
import { reasonOf } from "../../reason";
import { coreErrors } from "./errors";
import { guardMistakes } from "./guard-mistakes";
import { prepareRoute } from "./mount";
import type { Route } from "./route";
import { undeclaredCodes } from "./route-codes";

/** @returns a sentence for each way in which a plugin's route contradicts itself or what the platform knows */
export function routeMistakes(installed: readonly InstalledPlugin[]): string[] {
  const catalogue = Object.assign({}, coreErrors.catalogue, ...installed.map(({ plugin }) => plugin.errors?.catalogue));
  return installed.flatMap(({ plugin, parts }) =>
    (parts.routes ?? []).flatMap((route) =>
      mistakesOf(route, catalogue).map(
        (mistake) => `Route ${route.method} ${route.path} of plugin "${plugin.name}": ${mistake}.`,
      ),
    ),
  );
}

function mistakesOf(route: Route, catalogue: Readonly<Record<string, unknown>>): string[] {
  if (!route.path.startsWith("/")) return ["its path must begin with a slash"];
  try {
    const { codes } = prepareRoute(route);
    const undeclared = undeclaredCodes(codes, catalogue);
    return [
      ...guardMistakes(route),
      ...undeclared.map((code) => `it names the error code ${code}, which nobody declares; add it to the plugin's \`errors\``),
    ];
  } catch (error) {
    return [reasonOf(error).replace(`Route ${route.method} ${route.path}: `, "")];
  }
}
