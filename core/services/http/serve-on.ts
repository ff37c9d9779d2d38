import { StartupError } from "../../startup-error";

/** What an address is called in the configuration. */
export interface AddressSettings {
  readonly address: string;
  readonly port: string;
}

type ServerOptions = {
  readonly hostname: string;
  readonly port: number;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly error?: (error: Error) => Response;
  readonly idleTimeout?: number;
  readonly maxRequestBodySize?: number;
  readonly development: false;
};

/**
 * Opens a socket and serves HTTP on it.
 * @param settings names for the message
 * @throws StartupError saying which address can't be listened on, why, and what to set
 */
export function serveOn(settings: AddressSettings, options: ServerOptions): Bun.Server<undefined> {
  try {
    return Bun.serve(options);
  } catch (error) {
    throw new StartupError([`${reasonOf(error, options)} Set ${settings.port} or ${settings.address} to another.`]);
  }
}

function reasonOf(error: unknown, { hostname, port }: ServerOptions): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return `Port ${port} of ${hostname} is in use by another process.`;
  if (code === "EACCES") return `This user may not listen on port ${port} of ${hostname}.`;
  return `${hostname}, port ${port}, can't be listened on: ${error instanceof Error ? error.message : String(error)}.`;
}
