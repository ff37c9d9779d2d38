import type { z } from "zod";
import type { AnyCommand } from "../commands/command";
import type { Discovery, InstalledPlugin } from "../plugin/found-plugin";
import type { AnyPlugin, ConsoleEntry, ReadinessCheck } from "../plugin/plugin";
import type { DeclaredErrors } from "../services/http/errors";
import type { Installation } from "./installation";
import type { Starting } from "./lifecycle";
import type { PlatformSettings } from "./platform-settings";
import type { SetUp } from "./set-up";

/** What the kernel gives a service to open with. */
export interface ServiceContext<Settings, Use, Options> {
  readonly installation: Installation;
  /** Its own settings and those of the platform as a whole. */
  readonly settings: Settings & PlatformSettings;
  /** The APIs of what it needs. */
  readonly use: Use;
  /** What this process asks of it in particular, e.g. a test. */
  readonly options: Partial<Options>;
  /** Whether the process runs a command: its output is somebody's to read, and a server may run next to it. */
  readonly command: boolean;
}

/** Names in scope at the operator's console, with what each is. */
export type ConsoleScope = Readonly<Record<string, ConsoleEntry>>;

/** What plugins bring, and what else a service may want to know once they are set up. */
export interface Attachment {
  /** Requirements first. */
  readonly plugins: readonly InstalledPlugin[];
  /** What to ask before saying that the process can do its work. */
  readonly readiness: readonly ReadinessCheck[];
  /** What the operator's console has, of the core and of plugins. */
  readonly console: ConsoleScope;
  /** Whether the platform can do its work: not while it waits for somebody else to migrate the database. */
  readonly open: () => boolean;
}

/** A service that has been opened. */
export interface OpenService<Api> {
  readonly api: Api;
  /** Gets what plugins bring, before anything starts. */
  attach?(attachment: Attachment): void;
  /** Does for a command, which starts nothing, what others need to work at all. */
  prepare?(): Promise<void>;
  /** Those that serve as long as they are open need none. */
  start?(starting: Starting): Promise<void> | void;
  /** Starts early, while others wait for something: for what tells the world that it isn't ready. `start` follows. */
  startEarly?(): void;
  /** @param ms how long it may take. Runs also when `start` failed or never ran */
  stop?(ms: number): Promise<void> | void;
}

/** What a service's command has of the platform. What is opened for it is closed afterwards. */
export interface Platform<Api> {
  /** @throws StartupError with every mistake in the configuration and the plugins' manifests */
  installation(): Promise<Installation>;
  /** Sets the plugins up to look at what they bring, connected to nothing. @throws StartupError as starting would */
  preview(installation: Installation): SetUp;
  /** Opens the services, and sets no plugin up. @param use gets the service's own API */
  opened<T>(use: (api: Api, installation: Installation) => Promise<T>): Promise<T>;
  /** Puts all together, migrated (unless that is switched off) and not started. Ends the process afterwards. */
  ready<T>(use: (api: Api) => Promise<T>): Promise<T>;
  /** As `ready`, but the database stays as it is. @param use is told when the process is to end */
  asItIs<T>(use: (api: Api, signal: AbortSignal) => Promise<T>): Promise<T>;
}

/**
 * A part of the platform's infrastructure: what it is, what it needs and what it offers. Made with {@link defineService}; the default
 * export of `core/services/<name>/service.ts`. To replace one, declare another of its name that offers the same API.
 */
export interface Service<
  Name extends string,
  Api,
  Settings extends z.ZodObject,
  Needs extends readonly AnyService[],
  Options extends object,
> {
  /** Unique, in camel case. */
  readonly name: Name;
  /** One line for operators. */
  readonly summary: string;
  /** Its part of the configuration's section `core`. */
  readonly settings: Settings;
  /** Services before it in the list. */
  readonly needs: Needs;
  /** It faces callers or does their work: starts after the plugins and stops before them. */
  readonly front?: boolean;
  /** What the readiness probe asks, by name. Each of them makes the process unready. */
  readonly readiness?: Readonly<Record<string, (api: Api) => ReturnType<ReadinessCheck["check"]>>>;
  /** What operators run, made with `defineCommand`. */
  readonly commands?: readonly AnyCommand<[platform: Platform<Api>]>[];
  /** Its extension points. It reads what plugins contribute in their parts. */
  readonly slots?: NonNullable<AnyPlugin["slots"]>;
  /** Codes that it answers with, which no plugin can have. */
  readonly errors?: DeclaredErrors;
  /** What the operator's console has of it. */
  readonly console?: Readonly<Record<string, Omit<ConsoleEntry, "value"> & { value(api: Api): unknown }>>;
  /**
   * Finds plugins there are, which nothing else is known of yet.
   * @param root the project's folder
   * @param load what the configuration says to load from elsewhere: package names, or paths relative to `root` that start with a dot
   */
  findPlugins?(root: string, load: readonly string[]): Promise<Discovery>;
  /** @returns sentences about settings that can't be used together */
  check?(settings: z.output<Settings>): readonly string[];
  /** @returns sentences about what a plugin's manifest declares and the service can't take */
  checkManifest?(plugin: AnyPlugin, root: string): Promise<readonly string[]> | readonly string[];
  /** @returns sentences about what plugins' `setup` returned and the service can't take */
  checkParts?(plugins: readonly InstalledPlugin[]): readonly string[];
  open(context: ServiceContext<z.output<Settings>, ApisOf<Needs>, Options>): Promise<OpenService<Api>> | OpenService<Api>;
  /** @returns something of the API's form that connects to nothing, for looking at what plugins bring */
  preview(): Api;
}

// biome-ignore lint/suspicious/noExplicitAny: stands for "a service of whatever types"; variance leaves no other way to say it
export type AnyService = Service<string, any, any, any, any>;

type ApiOf<S> = S extends Service<string, infer Api, infer _S, infer _N, infer _O> ? Api : never;
type OptionsOf<S> = S extends Service<string, infer _A, infer _S, infer _N, infer Options> ? Partial<Options> : never;

/** The APIs of services, by name. */
export type ApisOf<Services extends readonly AnyService[]> = { readonly [S in Services[number] as S["name"]]: ApiOf<S> };
/** What a process may ask of services in particular, by name. */
export type ServiceOptionsOf<Services extends readonly AnyService[]> = {
  readonly [S in Services[number] as S["name"]]?: OptionsOf<S>;
};

/** Declares a service. */
export function defineService<
  const Name extends string,
  Api,
  Settings extends z.ZodObject,
  const Needs extends readonly AnyService[] = [],
  Options extends object = object,
>(service: Service<Name, Api, Settings, Needs, Options>): Service<Name, Api, Settings, Needs, Options> {
  return service;
}
