import { load, type Measurement } from "./load";
import type { BenchPath, World } from "./path";

/** One path's figures: medians over the rounds. */
export interface Comparison {
  readonly name: string;
  readonly platform: Measurement;
  readonly limit: Measurement;
  /** Median of the rounds' ratios: each round measures both sides right after each other. */
  readonly ratio: number;
  readonly wanted: number;
}

/**
 * Measures the platform and its limit in turns, so that a machine whose speed drifts treats both alike.
 * @throws when the two should answer the same bytes and don't
 */
export async function comparePath(
  path: BenchPath,
  world: World,
  urls: { platform: string; limit: string },
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Comparison> {
  const burst = async (base: string, length: number): Promise<Measurement> => {
    await path.prepare?.(world);
    return await load(base, path.request(world), { connections: path.connections, seconds: length });
  };
  if (path.sameBytes) await expectSameBytes(path, world, urls);
  await burst(urls.platform, seconds / 2);
  await burst(urls.limit, seconds / 2);
  const measured: { platform: Measurement; limit: Measurement }[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push({ platform: await burst(urls.platform, seconds), limit: await burst(urls.limit, seconds) });
  }
  const side = (name: "platform" | "limit"): Measurement => ({
    perSecond: median(measured.map((round) => round[name].perSecond)),
    p99: median(measured.map((round) => round[name].p99)),
  });
  const ratio = median(measured.map(({ platform, limit }) => platform.perSecond / limit.perSecond));
  return { name: path.name, platform: side("platform"), limit: side("limit"), ratio, wanted: path.wanted };
}

async function expectSameBytes(path: BenchPath, world: World, urls: { platform: string; limit: string }): Promise<void> {
  const make = path.request(world);
  const bodyFrom = async (base: string): Promise<string> => {
    const { path: address, init } = make(0);
    return (await (await fetch(base + address, init)).text()).replaceAll(base, "");
  };
  const [ours, theirs] = [await bodyFrom(urls.platform), await bodyFrom(urls.limit)];
  if (ours !== theirs)
    throw new Error(`${path.name}: the two sides answer different bytes\n${ours.slice(-300)}\n${theirs.slice(-300)}`);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
