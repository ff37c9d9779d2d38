/** Where a bunqueue server listens. */
export interface QueueEndpoint {
  host: string;
  port: number;
}

const scheme = "bunqueue://";

/**
 * Reads `bunqueue://HOST:PORT`, several separated by commas; those after the first may leave `bunqueue://` out.
 * @throws Error that says what is accepted
 */
export function parseQueueUrl(url: string): QueueEndpoint[] {
  const endpoints = readQueueUrl(url);
  if (endpoints === null) throw new Error("the queue URL must be bunqueue://HOST:PORT, several servers separated by commas");
  return endpoints;
}

/** @returns what {@link parseQueueUrl} does, or null for a text that it refuses */
export function readQueueUrl(url: string): QueueEndpoint[] | null {
  if (!url.startsWith(scheme)) return null;
  const entries = url.split(",");
  const endpoints = entries.flatMap((entry) => readServer(entry.trim()) ?? []);
  return endpoints.length === entries.length ? endpoints : null;
}

function readServer(text: string): QueueEndpoint | null {
  const address = text.startsWith(scheme) ? text.slice(scheme.length) : text;
  const [, host, port] = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})\/?$/.exec(address) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
