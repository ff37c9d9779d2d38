import { connect, createServer, type Socket } from "node:net";
import { readConnectionUrl } from "../../core/services/database/connection-options";

/** What happens to a connection: it reaches the database; ends, by FIN, RST or after an administrator's farewell; gets no answer. */
export type Treatment = "pass" | "close" | "reset" | "farewell" | "silence";

export interface EndpointOptions {
  /** Asked for each connection; `pass` unless given. `nth` counts from 1. */
  readonly accepted?: (nth: number) => Treatment;
  /** Asked for what a client says on a connection that passes. */
  readonly said?: (text: string) => Treatment;
}

/** A TCP address with, maybe, a database behind it. */
export interface DatabaseEndpoint {
  /** `HOST:PORT` */
  readonly place: string;
  /** the database's URL at this address */
  readonly url: string;
  /** connections taken so far */
  count(): number;
  stop(): void;
}

/** What a backend says that an administrator terminates (https://www.postgresql.org/docs/current/protocol-error-fields.html). */
const fields = Buffer.from("SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0");
const farewell = Buffer.concat([Buffer.from("E"), Buffer.from(new Uint32Array([fields.length + 4]).buffer).swap32(), fields]);

/**
 * Listens on a free TCP port in front of a database.
 * @param databaseUrl of a database behind a unix socket, as tests have them
 */
export async function startDatabaseEndpoint(databaseUrl: string, options: EndpointOptions = {}): Promise<DatabaseEndpoint> {
  const { url, address } = readConnectionUrl(databaseUrl);
  const open = new Set<Socket>();
  let count = 0;
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on("error", () => undefined); // ended on purpose
    socket.on("close", () => open.delete(socket));
  };
  const listener = createServer((client) => {
    keep(client);
    count += 1;
    const treatment = options.accepted?.(count) ?? "pass";
    if (treatment !== "pass") return treat(client, treatment);
    const server = connect(`${address.host}/.s.PGSQL.${address.port}`);
    keep(server);
    client.on("data", (data) => {
      const then = options.said?.(data.toString("latin1")) ?? "pass";
      if (then === "pass") server.write(data);
      else {
        treat(client, then);
        server.destroy();
      }
    });
    server.on("data", (data) => client.write(data));
    client.on("close", () => server.destroy());
    server.on("close", () => client.end());
  });
  const port = await new Promise<number>((resolve) =>
    listener.listen(0, "127.0.0.1", () => {
      const bound = listener.address();
      resolve(typeof bound === "object" && bound !== null ? bound.port : 0);
    }),
  );
  const target = new URL(url);
  target.hostname = "127.0.0.1";
  target.port = String(port);
  return {
    place: `127.0.0.1:${port}`,
    url: target.href,
    count: () => count,
    stop() {
      listener.close();
      for (const socket of open) socket.destroy();
    },
  };
}

function treat(client: Socket, treatment: Exclude<Treatment, "pass">): void {
  if (treatment === "close") client.end();
  if (treatment === "reset") client.resetAndDestroy();
  if (treatment === "farewell") client.end(farewell);
}
