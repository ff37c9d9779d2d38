// Writes docs/openapi.json from what plugins declare: `bun run openapi`. With `--release` it also keeps what callers may rely on from then on.
import { join } from "node:path";
import pino from "pino";
import { about } from "../core/app/about";
import { loadInstallation } from "../core/app/installation";
import { previewSetUp } from "../core/app/set-up";
import { probeRoutes } from "../core/services/http/probes";
import { createReadiness } from "../core/services/http/readiness";
import { createHttpServer } from "../core/services/http/server";
import { surfaceOf } from "./api-surface";

const log = pino({ level: "silent" });

/** @returns the OpenAPI document of this project's plugins, all of them on, with no setting set */
export async function apiDocument(): Promise<unknown> {
  const installation = await loadInstallation({ env: {}, config: {} });
  const { installed } = previewSetUp(installation);
  const readiness = createReadiness(log, []);
  const system = {
    name: "system",
    summary: "Probes",
    routes: probeRoutes({ alive: () => true, migrated: async () => true, readiness }),
    always: true,
  };
  const brought = installed.map(({ plugin, parts }) => ({
    name: plugin.name,
    summary: plugin.summary,
    routes: parts.routes ?? [],
    errors: plugin.errors,
  }));
  const server = createHttpServer({ plugins: [system, ...brought], settings: installation.settings, log, about });
  return await (await server.handle(new Request("http://localhost/swagger/json"))).json();
}

/** The files beside this one. `announced-changes.json` lists what breaks on purpose until the next release. */
export const files = {
  document: join(import.meta.dir, "openapi.json"),
  surface: join(import.meta.dir, "api-surface.txt"),
  announced: join(import.meta.dir, "announced-changes.json"),
} as const;

/** @returns the document as it is written */
export const written = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`;

if (import.meta.main) {
  const document = await apiDocument();
  await Bun.write(files.document, written(document));
  if (process.argv.includes("--release")) {
    await Bun.write(files.surface, `${surfaceOf(document).join("\n")}\n`);
    await Bun.write(files.announced, "[]\n");
  }
}
