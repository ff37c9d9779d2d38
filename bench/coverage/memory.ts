import { type CoveredWorld, peakMemory, processed, sendReport } from "./covered-world";
import { largeReport, reportOf } from "./reports";

/** The most memory that the platform's process had, in MiB. */
export interface MemoryFigure {
  readonly name: string;
  readonly mebibytes: number;
  readonly wanted: number;
}

const mebibyte = 1024 * 1024;
/** The most that may be needed, in MiB. */
const wanted = 400;

/**
 * Measures the memory that accepting and processing reports takes, each in a platform that has just been started. PostgreSQL isn't part of it.
 * @param size of a report in MiB
 */
export async function measureMemory(world: CoveredWorld, size: number): Promise<MemoryFigure[]> {
  const small = (sha: string) => reportOf(sha, size * 1_750, 315);
  const large = (sha: string) => largeReport(sha, (size - size / 5) * mebibyte);
  const figure = async (name: string, reports: Parameters<typeof memoryFor>[1]) => ({
    name,
    mebibytes: await memoryFor(world, reports),
    wanted,
  });
  return [
    await figure("nothing", []),
    await figure(`many small files, ${mib(small(""))} MiB`, [small]),
    await figure(`one file of ${mib(large(""))} MiB`, [large]),
    await figure("four of each at once", [small, large, small, large, small, large, small, large]),
  ];
}

/** @returns MiB that a platform needs at most that has just been started and gets these reports at once */
export async function memoryFor(
  world: CoveredWorld,
  reports: readonly ((sha: string) => Uint8Array<ArrayBuffer>)[],
): Promise<number> {
  const platform = await world.startPlatform();
  try {
    const shas: string[] = [];
    for (const _report of reports) shas.push(await world.pushCommit(platform, {}));
    await Promise.all(
      reports.map((report, index) => sendReport(platform.url, world.repositoryToken, report(shas[index] ?? ""))),
    );
    await processed(world.sql, shas);
    return peakMemory(platform);
  } finally {
    await platform.stop();
  }
}

const mib = (bytes: Uint8Array): string => (bytes.length / mebibyte).toFixed(0);
