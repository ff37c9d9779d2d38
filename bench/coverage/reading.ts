import { type BenchServer, startServer } from "../servers";
import { compared, median, timed } from "./compared";
import type { CoverageFigure } from "./coverage";
import { type CoveredWorld, processed, sendReport } from "./covered-world";
import { reportOf } from "./reports";

const lines = 2_000;

/** How long index and summary of a commit take, next to the query for what they show; and the view of a file, cold and warm. */
export async function measureReading(
  world: CoveredWorld,
  platform: BenchServer,
  { files, linesPerFile, rounds }: { files: number; linesPerFile: number; rounds: number },
): Promise<Omit<CoverageFigure, "load">[]> {
  const { sql, commits, session, repositoryToken } = world;
  const shown = "src/part-0/file-0.ts";
  const source = Array.from(
    { length: lines },
    (_, line) => `export const value${line} = [${line}, "text"]; // line ${line}\n`,
  ).join("");
  const sha = await world.pushCommit(platform, { [shown]: source });
  await sendReport(platform.url, repositoryToken, reportOf(sha, files, linesPerFile));
  await processed(sql, [sha]);
  const [coverage] = await sql<{ id: string }[]>`
    SELECT v.id FROM coverage_infos v JOIN commits c ON c.id = v.commit_id WHERE c.sha = ${sha}`;
  const id = coverage?.id ?? "";

  const limit = await startServer(["bench/coverage/limit-server.ts"], { BENCH_DATABASE_URL: world.databaseUrl });
  async function get(url: string): Promise<void> {
    const answer = await fetch(url, { headers: { authorization: `bearer ${session}` } });
    await answer.bytes();
    if (answer.status !== 200) throw new Error(`${url} was answered with ${answer.status}`);
  }
  const ask = (path: string) => get(`${platform.url}${commits}/${sha}/coverage${path}`);
  const bare = (what: string) => get(`${limit.url}/${what}/${id}`);

  const figures = [
    await inTurns(
      `index of ${files} files; next to its query`,
      () => ask(""),
      () => bare("index"),
      rounds * 5,
    ),
    await inTurns(
      `summary of ${files} files; next to its query`,
      () => ask("/summary"),
      () => bare("summary"),
      rounds * 50,
    ),
  ];
  await limit.stop();
  const [file] = await sql<{ id: string }[]>`SELECT id FROM coverage_files WHERE coverage_info_id = ${id} AND file = ${shown}`;
  const view = () => timed(() => ask(`/file/${file?.id}`));
  const cold = await view();
  const warm: number[] = [];
  for (let round = 0; round < rounds; round++) warm.push(await view());
  const alone = { limit: null, ratio: null, wanted: null };
  return [
    ...figures,
    { name: `view of a file of ${lines} lines, cold`, platform: cold, ...alone },
    { name: `view of a file of ${lines} lines, warm`, platform: median(warm), ...alone },
  ];
}

async function inTurns(name: string, own: () => Promise<unknown>, other: () => Promise<unknown>, rounds: number) {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = -3; round < rounds; round++) {
    const [first, second] = [await timed(own), await timed(other)];
    if (round < 0) continue;
    ours.push(first);
    theirs.push(second);
  }
  return compared(name, ours, theirs, 1.5);
}
