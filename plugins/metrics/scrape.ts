import { Counter, Gauge, type Registry } from "prom-client";
import { type Instrument, type Logger, sparingly } from "../../core";

/** @returns all metrics in Prometheus' text format */
export type Scrape = () => Promise<string>;

/** Milliseconds that one reading may take. What takes longer is left out, and is asked for again once it has ended. */
const patience = 5_000;

/** So many times as long as a reading took, no other one is begun: nobody spends more than a twentieth of the time on metrics. */
const rest = 20;

interface Parts {
  readonly registry: Registry;
  readonly instruments: () => readonly Instrument[];
  readonly log: Logger;
}

/**
 * Makes what collects everything that is counted or can be read. Readings that can't be had are left out: a database that is down hides
 * what is in it, and nothing else. Each is asked for by one scrape at a time, and rests in between for a multiple of what it took.
 */
export function createScrape({ registry, instruments, log }: Parts): Scrape {
  const failing = new Set<string>();

  function add(instrument: Instrument): void {
    const { name, summary: help, labels, kind } = instrument;
    const read = kind === "gauge" ? sparingly(async () => await instrument.read(), rest) : async () => await instrument.read();
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    const metric = kind === "counter" ? new Counter({ ...options, collect }) : new Gauge({ ...options, collect });

    async function collect(): Promise<void> {
      const readings = await withinPatience(read()).catch(note);
      metric.reset();
      // Resetting leaves a zero where there are no labels.
      if (labels.length === 0) metric.remove();
      for (const reading of readings ?? []) metric.inc(reading.labels, reading.value);
      if (readings) failing.delete(name);
    }

    function note(error: unknown): undefined {
      if (!failing.has(name)) log.warn({ metric: name, err: error }, "a metric can't be read; it is left out until it can");
      failing.add(name);
    }
  }

  return async () => {
    for (const instrument of instruments()) if (!registry.getSingleMetric(instrument.name)) add(instrument);
    return await registry.metrics();
  };
}

async function withinPatience<T>(reading: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${patience / 1000} seconds`)), patience);
  try {
    return await Promise.race([reading, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** @returns the metrics as an answer over HTTP */
export async function answerScrape(scrape: Scrape): Promise<Response> {
  return new Response(await scrape(), {
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" },
  });
}
