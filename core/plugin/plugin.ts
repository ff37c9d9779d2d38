import type { Logger } from "pino";
import type { z } from "zod";
import type { PlatformSettings } from "../app/platform-settings";
import type { AnyCommand } from "../commands/command";
import type { DomainEvent, EventHandler, Events } from "../events/event";
import type { BoundedWork } from "../services/bounded-work/bounded-work";
import type { Cipher } from "../services/cipher/cipher";
import type { EncryptedColumn } from "../services/cipher/encrypted-column";
import type { Database } from "../services/database/types";
import type { DeclaredErrors } from "../services/http/errors";
import type { MountedApp } from "../services/http/mounted-app";
import type { Route } from "../services/http/route";
import type { HandledJob, Jobs } from "../services/jobs/job";
import type { PluginObservation } from "../services/observation/observation";
import type { Observers } from "../services/observation/observer";
import type { Contribution, Slot } from "./slot";
import type { Slots } from "./slot-board";

/** What every plugin gets in `setup`, besides the public APIs of the plugins it requires. */
export interface PluginContext<Config> {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly events: Events;
  readonly slots: Slots;
  /** Carries the plugin's name. */
  readonly log: Logger;
  /** The plugin's own section, validated. */
  readonly config: Config;
  /** Settings of the platform as a whole. */
  readonly core: PlatformSettings;
  readonly cipher: Cipher;
  /** Does what contents decide the cost of. */
  readonly boundedWork: BoundedWork;
  /** Tells observers of calls to others, and keeps counters and gauges. */
  readonly observe: PluginObservation;
  /** Lists all plugins that there are, itself included. */
  readonly installed: () => readonly KnownPlugin[];
}

/** What one plugin may know of another's being there. */
export interface KnownPlugin {
  readonly name: string;
  /** Null when it doesn't say. */
  readonly version: string | null;
  /** Whether it serves: it is neither switched off nor left out. */
  readonly on: boolean;
  /** Where it came from: a path or a package name. */
  readonly origin: string;
  /** Columns of its tables that a cipher's values are in. */
  readonly encrypted: readonly EncryptedColumn[];
}

/** The state of something a plugin depends on, for the readiness probe. */
export interface ReadinessCheck {
  /** Key in the probe's answer: `storage`. */
  readonly name: string;
  /** Whether `failing` makes the whole process not ready. */
  readonly required: boolean;
  readonly check: () => Promise<"ok" | "not_configured" | "failing">;
}

/** An entry of the operator's console. */
export interface ConsoleEntry {
  readonly summary: string;
  readonly value: unknown;
}

/** What a plugin brings, as `setup` returns it. Each part is optional. */
export interface PluginParts<Api> {
  /** What plugins that require this one may call. */
  readonly api?: Api;
  readonly routes?: readonly Route[];
  /** Applications that bring their own way of routing, such as plain Elysia instances, each behind a guard. */
  readonly mount?: readonly MountedApp[];
  readonly jobs?: readonly HandledJob[];
  readonly on?: readonly EventHandler[];
  readonly contribute?: readonly Contribution[];
  /** Told of work: when it begins and how it ended. For metrics and traces. */
  readonly observe?: Observers;
  /** Names in scope at the operator's console. */
  readonly console?: Readonly<Record<string, ConsoleEntry>>;
  /** What operators run, made with `defineCommand`: `bun run cocov NAME`. */
  readonly commands?: readonly AnyCommand[];
  readonly readiness?: readonly ReadinessCheck[];
  /** Runs after the migrations, before the first request and job, requirements first. */
  readonly start?: () => Promise<void>;
  /** Runs first at shutdown, before running requests are waited for: ends what they wait for. Neither it nor `stop` may take long: what
   * isn't done when the time of the whole shutdown is over is left behind. */
  readonly drain?: () => void;
  /** Runs at shutdown after requests and jobs have ended, requirements last. Even when `start` failed or never ran. */
  readonly stop?: () => Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: stands for "a plugin of whatever types"; variance leaves no other way to say it
export type AnyPlugin = Plugin<string, any, any, any, any>;

type ApiOf<P> = P extends Plugin<string, infer Api, infer _C, infer _R, infer _O> ? Api : never;
type Required<R extends readonly AnyPlugin[]> = { readonly [P in R[number] as P["name"]]: ApiOf<P> };
type Optional<O extends readonly AnyPlugin[]> = { readonly [P in O[number] as P["name"]]: ApiOf<P> | undefined };

/** What `setup` receives. */
export type SetupContext<C, R extends readonly AnyPlugin[], O extends readonly AnyPlugin[]> = PluginContext<C> & {
  /** Public APIs, by plugin: of those it requires, and of the optional ones that are on. */
  readonly use: Required<R> & Optional<O>;
};

/** A plugin's manifest. Made with {@link definePlugin}; the default export of `plugins/<name>/index.ts`. */
export interface Plugin<
  Name extends string,
  Api,
  ConfigSchema extends z.ZodObject,
  Requires extends readonly AnyPlugin[],
  Optionals extends readonly AnyPlugin[],
> {
  /** Unique; the name of its folder, its migrations' folder and its section of the configuration. */
  readonly name: Name;
  /** One line for operators. */
  readonly summary: string;
  /** Its own version. Plugins of the project have the platform's unless they say otherwise. */
  readonly version?: string;
  /** A semver range of the platform's versions that it works with: `>=0.1.0 <0.3.0`. Others refuse to start with it. */
  readonly compatibility?: string;
  /** Plugins it can't do without. Their public APIs arrive in `setup` as `use`, under their names. */
  readonly requires?: Requires;
  /** Plugins it makes use of when they are on; `undefined` in `use` otherwise. */
  readonly optional?: Optionals;
  /** Its settings, each with its environment names (see `setting`). */
  readonly config?: ConfigSchema;
  /** drizzle tables it owns. Nobody else writes to them. */
  readonly tables?: Readonly<Record<string, unknown>>;
  /** Columns of these that are encrypted, made with `encryptedColumn`. */
  readonly encrypted?: readonly EncryptedColumn[];
  readonly errors?: DeclaredErrors;
  /** Its extension points. A contribution to a slot that nobody declares is a mistake at start. */
  readonly slots?: readonly Slot<unknown>[];
  /** What it tells others. A handler of an event that nobody declares is a mistake at start. */
  readonly events?: readonly DomainEvent<unknown>[];
  /** Absolute path of the folder of its SQL migrations; `migrations/<name>` unless given (plugins that live in packages give their own). */
  readonly migrations?: string;
  readonly setup: (context: SetupContext<z.output<ConfigSchema>, Requires, Optionals>) => PluginParts<Api>;
}

// biome-ignore lint/complexity/noBannedTypes: a section without settings
export type NoSettings = z.ZodObject<{}>;

/**
 * Declares a plugin: what it is, what it needs and what it brings.
 *
 * @example
 * export default definePlugin({
 *   name: "greetings",
 *   summary: "Says hello",
 *   requires: [auth],
 *   setup: ({ use: { auth } }) => ({ routes: greetingRoutes(auth) }),
 * });
 */
export function definePlugin<
  const Name extends string,
  Api = undefined,
  ConfigSchema extends z.ZodObject = NoSettings,
  const Requires extends readonly AnyPlugin[] = [],
  const Optionals extends readonly AnyPlugin[] = [],
>(plugin: Plugin<Name, Api, ConfigSchema, Requires, Optionals>): Plugin<Name, Api, ConfigSchema, Requires, Optionals> {
  return plugin;
}
