import { z } from "zod";
import { about } from "../../app/about";
import { type Attachment, defineService, type OpenService } from "../../app/service";
import { flag, setting, text, textList, wholeNumber } from "../../config/setting";
import { cuttingOff } from "../cutting-off";
import database from "../database/service";
import log from "../log/service";
import observation from "../observation/service";
import { coreErrors } from "./errors";
import { type JobProbes, listenForJobProbes } from "./job-probes";
import { mountMistakes } from "./mount-mistakes";
import { probeRoutes } from "./probes";
import { createReadiness } from "./readiness";
import { reservedRoutes } from "./reserved-routes";
import { routeMistakes } from "./route-mistakes";
import { createHttpServer, type HttpServer } from "./server";
import { isProxyRange } from "./trusted-proxies";

/** What is served; nothing before plugins have brought their routes. */
export interface Http {
  /** `http://HOST:PORT`, without a slash at the end. @throws Error while it doesn't listen */
  readonly url: string;
  /** Serves a request without a network. @param address the caller's, 127.0.0.1 unless given */
  handle(request: Request, address?: string): Promise<Response>;
}

interface Options {
  /** Turns answers and errors that a route doesn't declare into failures. For tests. */
  readonly checkAnswers: boolean;
}

const settings = z.object({
  host: setting(text.default("127.0.0.1"), { env: "COCOV_HOST", summary: "address HTTP listens on" }),
  port: setting(wholeNumber(0, 65_535).default(3000), {
    env: ["COCOV_PORT", "PORT"],
    summary: "port HTTP listens on; 0 picks a free one",
  }),
  trustProxy: setting(z.union([flag, textList.refine((entries) => entries.every(isProxyRange))]).default(false), {
    env: "COCOV_TRUST_PROXY",
    summary: "proxies whose X-Forwarded-For, -Proto and -Host are believed",
    accepts: "true, false, or addresses and CIDR ranges separated by commas",
  }),
  probeAddress: setting(text.default("0.0.0.0"), {
    env: "COCOV_PROBE_ADDRESS",
    summary: "address of the probes of a process that only runs jobs",
  }),
  probePort: setting(wholeNumber(0, 65_535).default(8668), {
    env: "COCOV_PROBE_PORT",
    summary: "port of the probes of a process that only runs jobs",
  }),
});

export default defineService({
  name: "http",
  summary: "Serves the routes of plugins, their documentation and the probes",
  settings,
  needs: [log, observation, database],
  front: true,
  errors: coreErrors,
  checkParts: (plugins) => [...reservedRoutes(plugins), ...mountMistakes(plugins), ...routeMistakes(plugins)],
  open(context): OpenService<Http> {
    const { settings: own, use } = context;
    const options: Partial<Options> = context.options;
    let attachment: Attachment | undefined;
    let readiness = createReadiness(use.log, []);
    let server: HttpServer | undefined;
    let probes: JobProbes | undefined;
    const served = (): HttpServer => {
      if (!server) throw new Error("Nothing is served before plugins have been set up");
      return server;
    };

    const sources = () => {
      if (!attachment) throw new Error("Nothing is served before plugins have been set up");
      const { alive, migrated } = use.database;
      return { alive, migrated, readiness };
    };

    function listen(): void {
      if (probes || server?.listening) return;
      if (own.role === "jobs") {
        probes = listenForJobProbes(own, sources());
        use.log.info({ role: own.role, probes: probes.url }, "running jobs");
        return;
      }
      served().listen();
      const names = attachment?.plugins.map(({ plugin }) => plugin.name);
      const { url } = served();
      use.log.info({ role: own.role, url, docs: `${url}/swagger`, plugins: names }, "listening");
    }
    return {
      api: {
        get url() {
          return served().url;
        },
        handle: (request, address) => served().handle(request, address),
      },
      attach(attached) {
        attachment = attached;
        readiness = createReadiness(use.log, attached.readiness);
        const system = { name: "system", summary: "Probes", routes: probeRoutes(sources()), always: true };
        const brought = attached.plugins.map(({ plugin, parts }) => ({
          name: plugin.name,
          summary: plugin.summary,
          routes: parts.routes ?? [],
          errors: plugin.errors,
          mounts: parts.mount ?? [],
        }));
        server = createHttpServer({
          plugins: [system, ...brought],
          settings: own,
          log: use.log,
          checkAnswers: options.checkAnswers ?? false,
          open: attached.open,
          beginnings: () => use.observation.begin,
          about,
        });
      },
      startEarly: listen,
      start: listen,
      async stop(ms) {
        await Promise.all([server?.stop({ graceMs: ms - cuttingOff(ms) }), probes?.stop()]);
      },
    };
  },
  preview: (): Http => ({ url: "", handle: () => Promise.reject(new Error("Nothing is served here")) }),
});
