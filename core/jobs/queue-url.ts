/** Where a bunqueue server listens. */
export interface QueueEndpoint {
  host: string;
  port: number;
}

/**
 * Reads `bunqueue://host:port[,host:port]…`.
 * @throws Error that says what is accepted
 */
export function parseQueueUrl(url: string): QueueEndpoint[] {
  const [, list] = /^bunqueue:\/\/([^/?#]+)\/?$/.exec(url) ?? [];
  if (list === undefined) throw invalid();
  return list.split(",").map((entry) => {
    const [, host, port] = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(entry.trim()) ?? [];
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535) throw invalid();
    return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
  });
}

function invalid(): Error {
  return new Error("the queue URL must be bunqueue://HOST:PORT, several servers separated by commas");
}
