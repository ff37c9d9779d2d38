import { anyone, defineErrors, defineJob, definePlugin, type Observer, parameter, route, type Surroundings } from "cocov/core";
import github from "cocov/plugins/github";
import { z } from "zod";
import { randomHex } from "./random-hex";

/** A piece of work as the observer was told of it, with the span that it made of it. */
export interface Told {
  readonly kind: "request" | "statement" | "job" | "call";
  readonly begun: object;
  readonly actor: string | null;
  readonly requestId: string | null;
  readonly parent: string | null;
  readonly span: string;
  ended?: object;
}

/** All that was told in this process. */
export const told: Told[] = [];

const spanOf = (trace: string | null) => trace?.split("-")[2] ?? null;

/** Makes spans as a tracing plugin would. */
function tracing(kind: Told["kind"]): Observer<object, object> {
  return (begun, surroundings: Surroundings) => {
    const { act, trace } = surroundings;
    const span = randomHex(8);
    const entry: Told = { kind, begun, actor: act.actor, requestId: act.requestId, parent: spanOf(trace), span };
    surroundings.trace = `00-${trace?.split("-")[1] ?? randomHex(16)}-${span}-01`;
    told.push(entry);
    return (ended) => {
      entry.ended = { ...ended, actor: surroundings.act.actor };
    };
  };
}

const asAda: typeof anyone = {
  ...anyone,
  check(context) {
    context.actor = "user:ada";
    return {};
  },
};

const look = defineJob({
  name: "watcher.look",
  summary: "Looks at a repository",
  payload: z.object({ repository: z.string(), secret: z.string() }),
  retry: { attempts: 2, delays: [0] },
});

/** Jobs whose repository is called so wait in vain; those of the latter kind don't hear that they should end. */
export const endless = ["endless", "endless-and-deaf"] as const;
export const waiting = { begun: Promise.withResolvers<void>() };

export default definePlugin({
  name: "watcher",
  summary: "Is told of all work",
  requires: [github],
  errors: defineErrors({ "watcher.secret": [400, "secret is missing"] }),
  setup: ({ db, jobs, use: { github } }) => ({
    routes: [
      route({
        method: "POST",
        path: "/watched/:repository",
        summary: "Has a repository looked at",
        access: asAda,
        params: z.object({ repository: parameter.text(), secret: parameter.text({ missing: "watcher.secret" }) }),
        answers: { 204: null },
        async handle({ params }) {
          await db.sql`SELECT ${params.secret}::text AS "of the request"`;
          await db.transaction((tx) => jobs.enqueue(tx, look, params));
        },
      }),
    ],
    mount: [{ path: "/watched-app", summary: "Answers", app: { handle: () => new Response("Hello") }, access: anyone }],
    jobs: [
      look.handledBy(async ({ repository, secret }, { signal, complete }) => {
        if (endless.some((name) => name === repository)) {
          waiting.begun.resolve();
          await new Promise((_, reject) => {
            if (repository === endless[0]) signal.addEventListener("abort", () => reject(signal.reason));
          });
        }
        const octokit = github.installation();
        await octokit.rest.repos.get({ owner: github.orgName(), repo: repository });
        await octokit.paginate("GET /orgs/{org}/repos", { org: github.orgName(), per_page: 1 });
        await complete(async (tx) => void (await tx.sql`SELECT ${secret}::text AS "of the job"`));
      }),
    ],
    observe: {
      request: tracing("request"),
      statement: tracing("statement"),
      job: (begun, surroundings) => {
        // Nobody is told of this one, or it would have no end.
        void db.sql`SELECT 1 AS "of the observer"`.execute();
        return tracing("job")(begun, surroundings);
      },
      call: tracing("call"),
    },
  }),
});
