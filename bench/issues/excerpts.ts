import { pushed } from "../../testing/factories";
import { figure, type IssueFigure, timed } from "./figure";
import type { BenchPlatform } from "./platform";
import { answered } from "./register";

const files = 25;
const lines = 400;

/** A page of 25 issues, each in a file of 400 lines of its own: when nobody has looked at the files yet, and right after. */
export async function measureExcerpts(
  { server, github, onGitHub, admin, worker, repositoryId }: BenchPlatform,
  rounds: number,
): Promise<IssueFigure[]> {
  const [first, second]: [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round++) {
    const { sha } = await pushed(server, github, onGitHub, {
      files: Object.fromEntries(Array.from({ length: files }, (_, n) => [`src/file-${n}.ts`, source(n, round)])),
    });
    const issues = Array.from({ length: files }, (_, n) => ({
      uid: `${round}-${n}`,
      kind: "bug",
      file: `src/file-${n}.ts`,
      line_start: 300,
      line_end: 302,
      message: "Something is off",
    }));
    const put = { token: worker, body: { sha, source: "cocov/eslint:v1", issues } };
    await answered(204, server.request("PUT", `/v1/repositories/${repositoryId}/issues`, put));
    const view = () =>
      timed(() => answered(200, server.request("GET", `/v1/repositories/api/commits/${sha}/issues`, { token: admin })));
    const times = [await view(), await view()] as const;
    if (round < 0) continue;
    first.push(times[0]);
    second.push(times[1]);
  }
  return [figure(`first view of ${files} excerpts from files of ${lines} lines, next to the second`, first, second, null)];
}

function source(file: number, round: number): string {
  const text = (line: number) =>
    `export const value${line} = (input: string): number => input.length + ${line}; // ${file}, ${round}`;
  return `${Array.from({ length: lines }, (_, line) => text(line)).join("\n")}\n`;
}
