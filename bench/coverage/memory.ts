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
  return [
    await figure(world, "nothing", []),
    await figure(world, `many small files, ${mib(small(""))} MiB`, [small]),
    await figure(world, `one file of ${mib(large(""))} MiB`, [large]),
    await figure(world, "four of each at once", [small, large, small, large, small, large, small, large]),
  ];
}

async function figure(
  world: CoveredWorld,
  name: string,
  reports: readonly ((sha: string) => Uint8Array<ArrayBuffer>)[],
): Promise<MemoryFigure> {
  const platform = await world.startPlatform();
  try {
    const shas: string[] = [];
    for (const _report of reports) shas.push(await world.pushCommit(platform, {}));
    await Promise.all(
      reports.map((report, index) => sendReport(platform.url, world.repositoryToken, report(shas[index] ?? ""))),
    );
    await processed(world.sql, shas);
    return { name, mebibytes: peakMemory(platform), wanted };
  } finally {
    await platform.stop();
  }
}

const mib = (bytes: Uint8Array): string => (bytes.length / mebibyte).toFixed(0);
