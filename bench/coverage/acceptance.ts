import { type BenchServer, startServer } from "../servers";
import { compared } from "./compared";
import type { CoverageFigure } from "./coverage";
import { type CoveredWorld, sendReport } from "./covered-world";
import { reportOf } from "./reports";

/** How long accepting a report takes, next to receiving and storing its bytes. For a commit that isn't known, so that no job runs. */
export async function measureAcceptance(
  world: CoveredWorld,
  platform: BenchServer,
  { files, linesPerFile, rounds }: { files: number; linesPerFile: number; rounds: number },
): Promise<Omit<CoverageFigure, "load">[]> {
  const limit = await startServer(["bench/coverage/limit-server.ts"], { BENCH_DATABASE_URL: world.databaseUrl });
  const [ours, theirs]: [number[], number[]] = [[], []];
  const body = reportOf("a".repeat(40), files, linesPerFile);
  const send = ({ url }: BenchServer) => sendReport(url, world.repositoryToken, body);
  try {
    for (let round = -2; round < rounds; round++) {
      const [own, other] = [await send(platform), await send(limit)];
      if (round < 0) continue;
      ours.push(own);
      theirs.push(other);
    }
  } finally {
    await limit.stop();
  }
  const size = `${files} files, ${files * linesPerFile} lines, ${(body.length / 1e6).toFixed(1)} MB`;
  return [compared(`accept ${size}; next to receive and store its bytes`, ours, theirs, 2)];
}
