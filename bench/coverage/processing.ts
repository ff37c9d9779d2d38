import { type CopiedValue, copyRows } from "../../plugins/coverage/binary-copy";
import type { BenchServer } from "../servers";
import { compared, timed } from "./compared";
import type { CoverageFigure } from "./coverage";
import { type CoveredWorld, processed, sendReport } from "./covered-world";
import { reportOf } from "./reports";

/**
 * How long it takes from the answer to a report until its figures are there, next to decoding the same report, counting its lines, and
 * copying the same rows into a table of the same form.
 */
export async function measureProcessing(
  world: CoveredWorld,
  platform: BenchServer,
  { files, linesPerFile, rounds }: { files: number; linesPerFile: number; rounds: number },
): Promise<Omit<CoverageFigure, "load">[]> {
  const { sql } = world;
  const [ours, theirs]: [number[], number[]] = [[], []];
  await sql`CREATE TABLE bench_coverage_files (LIKE coverage_files INCLUDING ALL)`;
  for (let round = -1; round < rounds; round++) {
    const sha = await world.pushCommit(platform, {});
    const body = reportOf(sha, files, linesPerFile);
    const { data }: { data: Record<string, string> } = JSON.parse(new TextDecoder().decode(body));
    await sendReport(platform.url, world.repositoryToken, body);
    const own = await timed(() => processed(sql, [sha]));
    const other = await timed(() => decodeAndCopy(world, round, data));
    if (round < 0) continue;
    ours.push(own);
    theirs.push(other);
  }
  return [compared(`process ${files} files, ${files * linesPerFile} lines; next to decode and COPY`, ours, theirs, 2)];
}

async function decodeAndCopy({ sql }: CoveredWorld, round: number, data: Readonly<Record<string, string>>): Promise<void> {
  const rows = Object.entries(data).map(([path, text]): CopiedValue[] => {
    const bytes = Buffer.from(text, "base64");
    const { covered, missed } = count(bytes);
    const figures = [Math.floor((covered * 100) / Math.max(1, covered + missed)), missed, covered, covered + missed];
    return [
      { number: round + 1_000, bytes: 8 },
      { pieces: [Buffer.from(path)] },
      { pieces: [bytes] },
      ...figures.map((number) => ({ number, bytes: 4 }) as const),
    ];
  });
  await sql.begin(async (tx) => {
    const copy = await tx`
      COPY bench_coverage_files (coverage_info_id, file, raw_data, percent_covered, lines_missed, lines_covered, lines_total)
      FROM STDIN (FORMAT binary)`.writable();
    await copyRows(copy, rows);
  });
}

function count(bytes: Uint8Array): { covered: number; missed: number } {
  let [covered, missed, inNumber] = [0, 0, false];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (isDigit && !inNumber) covered++;
    if (byte === 0x15) missed++;
    inNumber = isDigit;
  }
  return { covered, missed };
}
