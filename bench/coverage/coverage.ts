import { readFileSync } from "node:fs";
import { measureAcceptance } from "./acceptance";
import { openCoveredWorld } from "./covered-world";
import { type MemoryFigure, measureMemory } from "./memory";
import { measureProcessing } from "./processing";
import { measureReading } from "./reading";

/** What coverage costs next to the least that it could, in the same run. Milliseconds, medians. */
export interface CoverageFigure {
  readonly name: string;
  readonly platform: number;
  /** Null where there is nothing to compare with. */
  readonly limit: number | null;
  /** The platform's time divided by the limit's, and the most that it may be. */
  readonly ratio: number | null;
  readonly wanted: number | null;
  /** Load average when it had been measured. */
  readonly load: number;
}

export interface CoverageMeasured {
  readonly figures: readonly CoverageFigure[];
  readonly memory: readonly MemoryFigure[];
}

/** A report of 5,000 files with 2,000,000 lines, and reports of 64 MiB, the largest there are. */
const whole = { files: 5_000, linesPerFile: 400, rounds: 9, mebibytes: 64 };
const small = { files: 100, linesPerFile: 40, rounds: 1, mebibytes: 2 };

/** Measures accepting, processing and showing a report, and the memory that the largest reports take. */
export async function measureCoverage(quick: boolean): Promise<CoverageMeasured> {
  const size = quick ? small : whole;
  const world = await openCoveredWorld();
  try {
    const platform = await world.startPlatform();
    const figures: CoverageFigure[] = [];
    const add = (measured: readonly Omit<CoverageFigure, "load">[]) =>
      figures.push(...measured.map((figure) => ({ ...figure, load: loadAverage() })));
    add(await measureAcceptance(world, platform, size));
    add(await measureProcessing(world, platform, size));
    add(await measureReading(world, platform, size));
    await platform.stop();
    return { figures, memory: await measureMemory(world, size.mebibytes) };
  } finally {
    await world.stop();
  }
}

const loadAverage = (): number => Number(readFileSync("/proc/loadavg", "latin1").split(" ")[0]);
