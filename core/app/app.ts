import type { InstalledPlugin } from "../plugin/found-plugin";
import { pluginFailure } from "../plugin/plugin-failure";
import { StartupError } from "../startup-error";
import { type Installation, type InstallationOptions, loadInstallation } from "./installation";
import { createLifecycle, type Lifecycle, type Starting, type StopPhase } from "./lifecycle";
import {
  closeServices,
  consoleEntries,
  type OpenedService,
  type Opening,
  openServices,
  type ServiceApis,
  stopSteps,
} from "./open-services";
import { setUpPlugins } from "./set-up";

export interface AppOptions extends InstallationOptions, Opening {
  /** What is installed, when that has been found out before. */
  readonly installation?: Installation;
}

/** The platform in one process. */
export interface App {
  readonly installation: Installation;
  /** Plugins that are on, requirements first. */
  readonly plugins: readonly InstalledPlugin[];
  readonly services: ServiceApis;
  readonly db: ServiceApis["database"];
  readonly jobs: ServiceApis["jobs"];
  readonly http: ServiceApis["http"];
  readonly log: ServiceApis["log"];
  /** Instead of `start`, for a command: migrates the database, unless that is switched off. */
  prepare(): Promise<void>;
  /**
   * Starts the services that others build on, the plugins, and what faces callers or does their work. When `stop` is called meanwhile,
   * it resolves with the rest undone.
   * @throws what keeps it from starting; call `stop` then
   */
  start(): Promise<void>;
  /**
   * Stops accepting, lets requests and jobs end, hands the rest back, and closes the database last, all within the time that the
   * settings give it. Safe to call at any time and more than once; never rejects.
   */
  readonly stop: Lifecycle["stop"];
}

/**
 * Puts the platform together: configuration, services, plugins. Nothing listens or runs before `start`.
 * @throws StartupError that says all that is wrong with the configuration or the plugins
 */
export async function createApp(options: AppOptions = {}): Promise<App> {
  const installation = options.installation ?? (await loadInstallation(options));
  const { apis, opened } = await openServices(installation, options);
  try {
    return assemble(installation, apis, opened);
  } catch (error) {
    await closeServices(opened);
    throw error;
  }
}

function assemble(installation: Installation, apis: ServiceApis, opened: readonly OpenedService[]): App {
  const { log } = apis;
  const { installed: plugins, leftOut } = setUpPlugins(installation, apis);
  for (const plugin of leftOut) log.warn(plugin, "a plugin from elsewhere can't be used and is left out");
  const front = opened.filter(({ service }) => service.front);
  const back = opened.filter(({ service }) => !service.front);
  let waiting = false;
  const readiness = [...opened.flatMap(readinessOf), ...plugins.flatMap(({ parts }) => parts.readiness ?? [])];

  async function start({ ended }: Pick<Starting, "ended">): Promise<void> {
    const starting: Starting = {
      ended,
      waitsForOthers() {
        waiting = true;
        for (const { open } of opened) open.startEarly?.();
      },
    };
    const starts = (services: readonly OpenedService[]) =>
      services.map(
        ({ open }) =>
          async () =>
            open.start?.(starting),
      );
    const opens = async (): Promise<void> => {
      waiting = false;
    };
    const steps = [...starts(back), ...plugins.map((plugin) => () => startPlugin(plugin)), opens, ...starts(front)];
    for (const step of steps) {
      if (ended.aborted) return;
      await step();
    }
  }

  const lifecycle = createLifecycle({
    log,
    budgetMs: installation.settings.shutdownSeconds * 1000,
    start,
    phases: stopPhases(plugins, front, back),
  });
  const on = installation.on.filter(({ plugin }) => plugins.some((installed) => installed.plugin === plugin));
  const app: App = {
    installation: { ...installation, on, leftOut },
    plugins,
    services: apis,
    db: apis.database,
    jobs: apis.jobs,
    http: apis.http,
    log,
    async prepare() {
      for (const { open } of opened) await open.prepare?.();
    },
    ...lifecycle,
  };
  const scope = { app: { summary: "the application: app.plugins, app.http.handle(new Request(…)), app.jobs", value: app } };
  const console = Object.assign(scope, consoleEntries(opened), ...plugins.map(({ parts }) => parts.console ?? {}));
  for (const { open } of opened) open.attach?.({ plugins, readiness, console, open: () => !waiting });
  return app;
}

/** @returns how it ends in good order: whoever needs something ends before it */
function stopPhases(
  plugins: readonly InstalledPlugin[],
  front: readonly OpenedService[],
  back: readonly OpenedService[],
): StopPhase[] {
  const drains = plugins.map(({ plugin, parts }) => ({ name: `drain ${plugin.name}`, run: () => parts.drain?.() }));
  const stops = plugins.map(({ plugin, parts }) => ({ name: `stop ${plugin.name}`, run: () => parts.stop?.() })).toReversed();
  return [
    { leave: "most", steps: drains },
    { leave: "most", together: true, steps: stopSteps(front) },
    { leave: "some", steps: stops },
    { leave: "nothing", steps: stopSteps(back) },
  ];
}

function readinessOf({ service, open }: OpenedService) {
  const checks = Object.entries(service.readiness ?? {});
  return checks.map(([name, check]) => ({ name, required: true, check: () => check(open.api) }));
}

/** @throws StartupError that names the plugin, with what it threw as cause */
async function startPlugin({ plugin, parts }: InstalledPlugin): Promise<void> {
  try {
    await parts.start?.();
  } catch (error) {
    throw new StartupError([pluginFailure(plugin, "start", error)], { cause: error });
  }
}
