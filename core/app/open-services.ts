import { services } from "../services";
import type { Installation } from "./installation";
import type { StopStep } from "./lifecycle";
import type { AnyService, ApisOf, ConsoleScope, OpenService, ServiceOptionsOf } from "./service";

/** The APIs of all services. */
export type ServiceApis = ApisOf<typeof services>;

/** What a process asks of all services, and of some in particular, by their names. */
export interface Opening {
  readonly services?: ServiceOptionsOf<typeof services>;
  /** Whether it runs a command. */
  readonly command?: boolean;
}

/** A service and what came of opening it. */
export interface OpenedService {
  readonly service: AnyService;
  readonly open: OpenService<unknown>;
}

/**
 * Opens the services in their order, each with the APIs of those that it needs.
 * @throws what one of them throws, after those before it have been stopped
 */
export async function openServices(
  installation: Installation,
  { services: asked = {}, command = false }: Opening = {},
): Promise<{ readonly apis: ServiceApis; readonly opened: readonly OpenedService[] }> {
  const apis: Record<string, unknown> = {};
  const opened: OpenedService[] = [];
  const options: Readonly<Record<string, object | undefined>> = asked;
  try {
    for (const service of services as readonly AnyService[]) {
      const settings = installation.settings;
      const open = await service.open({ installation, settings, use: apis, options: options[service.name] ?? {}, command });
      apis[service.name] = open.api;
      opened.push({ service, open });
    }
  } catch (error) {
    await closeServices(opened);
    throw error;
  }
  // Each was put there under its own name, by the service of that name.
  return { apis: apis as ServiceApis, opened };
}

/** How long a service may take to close when nobody has set a time, in milliseconds. */
const patience = 5000;

/** Stops services that were opened and not started, last ones first. */
export async function closeServices(opened: readonly OpenedService[]): Promise<void> {
  for (const { open } of opened.toReversed()) await open.stop?.(patience);
}

/** @returns stand-ins for the APIs, which connect to nothing */
export function previewServices(): ServiceApis {
  return Object.fromEntries(services.map(({ name, preview }) => [name, preview()])) as unknown as ServiceApis;
}

/** @returns how each service stops, those that need others first */
export const stopSteps = (opened: readonly OpenedService[]): StopStep[] =>
  opened.toReversed().map(({ service: { name }, open }) => ({ name, run: (ms) => open.stop?.(ms) }));

/** @returns what services put into the operator's console */
export const consoleEntries = (opened: readonly OpenedService[]): ConsoleScope =>
  Object.fromEntries(
    opened.flatMap(({ service: { console = {} }, open }) =>
      Object.entries(console).map(([name, { summary, value }]) => [name, { summary, value: value(open.api) }]),
    ),
  );
