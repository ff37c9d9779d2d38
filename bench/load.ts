/** What one burst of load measured. */
export interface Measurement {
  /** Answered requests a second. */
  readonly perSecond: number;
  /** Milliseconds that 99 of 100 requests stayed under. */
  readonly p99: number;
}

/** One kind of request; `index` counts up, so that each can be another one. */
export type RequestMaker = (index: number) => { path: string; init: RequestInit };

let sent = 0;

/**
 * Sends requests over so many connections for a while, each as soon as the last one was answered.
 * @throws when an answer isn't 2xx: a fast error is no speed
 */
export async function load(
  base: string,
  make: RequestMaker,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Measurement> {
  const latencies: number[] = [];
  const started = performance.now();
  const end = started + seconds * 1000;
  const drive = async (): Promise<void> => {
    while (performance.now() < end) {
      sent += 1;
      const { path, init } = make(sent);
      const before = performance.now();
      const response = await fetch(base + path, init);
      const body = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${body.slice(0, 200)}`);
      latencies.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: connections }, drive));
  const elapsed = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  return { perSecond: latencies.length / elapsed, p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0 };
}
