import { z } from "zod";
import { anyone } from "../http/guard";
import { type Route, route } from "../http/route";
import type { ReadinessCheck } from "../plugin/plugin";

/** What the probes ask. */
export interface ProbeSources {
  /** Whether every migration has been applied. */
  migrated(): Promise<boolean>;
  /** The core's own checks and those of plugins. */
  readonly checks: readonly ReadinessCheck[];
}

type State = "ok" | "not_configured" | "failing";

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, State>>;
}

/** How long one check may take before it counts as failing, in milliseconds. */
const patience = 3000;

/** Asks every check at once. A check that throws or takes too long is failing. */
export async function readiness(checks: readonly ReadinessCheck[]): Promise<Readiness> {
  const states = await Promise.all(checks.map(async (check) => ({ check, state: await stateOf(check) })));
  return {
    ready: states.every(({ check, state }) => !check.required || state === "ok"),
    checks: Object.fromEntries(states.map(({ check, state }) => [check.name, state])),
  };
}

async function stateOf({ check }: ReadinessCheck): Promise<State> {
  const tooLate = Promise.withResolvers<State>();
  const timer = setTimeout(() => tooLate.resolve("failing"), patience);
  try {
    return await Promise.race([check(), tooLate.promise]);
  } catch {
    // The state is the answer; the reason is logged by what failed.
    return "failing";
  } finally {
    clearTimeout(timer);
  }
}

const readinessJson = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.enum(["ok", "not_configured", "failing"])).meta({
    example: { database: "ok", migrations: "ok", jobs: "ok", storage: "ok", github: "not_configured" },
  }),
});

/** Probes of a process that answers HTTP. None of them needs a credential, and a sent one is ignored. */
export function probeRoutes({ migrated, checks }: ProbeSources): Route[] {
  return [
    route({
      method: "GET",
      path: "/system/probes/health",
      summary: "Is the process alive?",
      description: "Never touches the database.",
      access: anyone,
      quiet: true,
      answers: { 200: z.object({ pong: z.boolean() }) },
      handle: () => ({ pong: true }),
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
        "Says how each thing stands that the process depends on. GitHub being down or not configured doesn't make it unready.",
      access: anyone,
      quiet: true,
      answers: { 200: readinessJson, 503: readinessJson },
      handle: async () => {
        const state = await readiness(checks);
        return answer(state.ready ? 200 : 503, "application/json", JSON.stringify(state));
      },
    }),
  ];
}

const answer = (status: number, type: string, body: string): Response =>
  new Response(body, { status, headers: { "content-type": type } });

/** Probes of a process that only runs jobs. */
export function jobProbes(checks: readonly ReadinessCheck[]): (request: Request) => Promise<Response> {
  return async (request) => {
    const path = new URL(request.url).pathname;
    if (request.method !== "GET") return new Response("Not found", { status: 404 });
    if (path === "/system/ping") return new Response(null, { status: 204 });
    if (path === "/system/probes/liveness") return Response.json({ ok: true });
    if (path !== "/system/probes/readiness") return new Response("Not found", { status: 404 });
    const { ready } = await readiness(checks);
    return Response.json({ ok: ready }, { status: ready ? 200 : 503 });
  };
}
