import { z } from "zod";
import { about, type KnownPlugin, type Route, route } from "../../core";
import type { Auth } from "../auth";

const info = z.object({
  version: z.string().meta({ example: "1.2.3" }),
  commit: z.string().nullable().meta({ description: "It was built from; null when that isn't known", example: null }),
  plugins: z.array(
    z.object({
      name: z.string().meta({ example: "checks" }),
      version: z.string().nullable().meta({ description: "null when the plugin doesn't say", example: "1.2.3" }),
      on: z.boolean().meta({ description: "Whether it serves" }),
    }),
  ),
});

interface Parts {
  auth: Auth;
  installed: () => readonly KnownPlugin[];
  commit: () => Promise<string | null>;
}

/** What is installed here. */
export function infoRoute({ auth, installed, commit }: Parts): Route {
  return route({
    method: "GET",
    path: "/v1/info",
    summary: "Show what is installed",
    description: "The platform's version and its plugins', by name, those that are off included.",
    access: auth.any,
    answers: { 200: info },
    handle: async () => ({
      version: about.version,
      commit: await commit(),
      plugins: installed()
        .map(({ name, version, on }) => ({ name, version, on }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    }),
  });
}
