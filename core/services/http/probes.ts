import { z } from "zod";
import { anyone } from "./guard";
import type { Readiness } from "./readiness";
import { type Route, route } from "./route";

/** What the probes ask. */
export interface ProbeSources {
  /** Whether a restart wouldn't help. Must not touch the database. */
  alive(): boolean;
  /** Whether every migration has been applied. */
  migrated(): Promise<boolean>;
  readonly readiness: () => Promise<Readiness>;
}

const pong = z.object({ pong: z.boolean() });

const readinessJson = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.enum(["ok", "not_configured", "failing"])).meta({
    example: { database: "ok", migrations: "ok", jobs: "ok" },
  }),
});

/** Probes of a process that answers HTTP. None of them needs a credential, and a sent one is ignored. */
export function probeRoutes({ alive, migrated, readiness }: ProbeSources): Route[] {
  return [
    route({
      method: "GET",
      path: "/system/probes/health",
      summary: "Is the process alive?",
      description:
        "Never touches the database. 503 when all database connections have been taken for a minute while somebody waited for one: a restart helps then.",
      access: anyone,
      quiet: true,
      answers: { 200: pong, 503: pong },
      handle: () => (alive() ? { pong: true } : answer(503, "application/json", JSON.stringify({ pong: false }))),
    }),
    route({
      method: "GET",
      path: "/system/probes/startup",
      summary: "Has every migration been applied?",
      access: anyone,
      quiet: true,
      answers: {
        200: { contentType: "text/plain", summary: "They have" },
        503: { contentType: "text/plain", summary: "Not yet" },
      },
      handle: async () => {
        const done = await migrated().catch(() => false);
        return done
          ? answer(200, "text/plain; charset=utf-8", "OK")
          : answer(503, "text/plain; charset=utf-8", "Migrations are pending, or the database can't be reached");
      },
    }),
    route({
      method: "GET",
      path: "/system/probes/ready",
      summary: "Can the process do its work now?",
      description:
        "Says how each thing stands that the process depends on. Some of them may fail, or not be configured, without making it unready.",
      access: anyone,
      quiet: true,
      answers: { 200: readinessJson, 503: readinessJson },
      handle: async () => {
        const state = await readiness();
        return answer(state.ready ? 200 : 503, "application/json", JSON.stringify(state));
      },
    }),
  ];
}

const answer = (status: number, type: string, body: string): Response =>
  new Response(body, { status, headers: { "content-type": type } });

/** Probes of a process that only runs jobs. */
export function jobProbes({
  alive,
  readiness,
}: Pick<ProbeSources, "alive" | "readiness">): (request: Request) => Promise<Response> {
  return async (request) => {
    const path = new URL(request.url).pathname;
    if (request.method !== "GET") return new Response("Not found", { status: 404 });
    if (path === "/system/ping") return new Response(null, { status: 204 });
    if (path === "/system/probes/liveness") {
      const ok = alive();
      return Response.json({ ok }, { status: ok ? 200 : 503 });
    }
    if (path !== "/system/probes/readiness") return new Response("Not found", { status: 404 });
    const { ready } = await readiness();
    return Response.json({ ok: ready }, { status: ready ? 200 : 503 });
  };
}
