import { expect, test } from "bun:test";
import { json } from "../../testing/factories";
import { mortalServer } from "./world/mortal-server";
import { usePlatform } from "./world/platform";
import { letTimePass } from "./world/settle";
import { until } from "./world/until";

const rounds = 5;
const uploadsPerRound = 3;

const platform = await usePlatform();
const { github, onGitHub, admin, db, server, environment } = platform;

/** An upload whose files all bear its name, of several parts. Each has one line more that was run than the one before. */
function upload(number: number) {
  const name = `upload-${number}`;
  const covered = number + 1;
  const data = Object.fromEntries(
    ["x", "y", "z"].map((file) => [`${name}/${file}`, Buffer.from(`${"\u0015".repeat(400_000)}${"1\u0000".repeat(covered)}`)]),
  );
  const encoded = Object.fromEntries(Object.entries(data).map(([path, bytes]) => [path, bytes.toString("base64")]));
  return { name, files: Object.keys(data), covered: 3 * covered, total: 3 * (400_000 + covered), data: encoded };
}

test("killed at any moment, coverage ends whole: figures and files of one upload, none older than one that was taken", async () => {
  const [repository] = await db.sql<{ token: string }[]>`SELECT token FROM repositories WHERE id = ${platform.repositoryId}`;
  const known = (await onGitHub.head()) ?? "";
  await server.stop();
  const mortal = await mortalServer(environment);
  /** Commits, and the round in which an upload for them was taken last. */
  const taken = new Map<string, number>();
  const sent = Array.from({ length: rounds * uploadsPerRound }, (_, number) => upload(number));

  async function send(sha: string, number: number): Promise<void> {
    const headers = { authorization: `token ${repository?.token}`, "content-type": "application/json" };
    const body = JSON.stringify({ commit_sha: sha, data: sent[number]?.data });
    const answer = await fetch(`${mortal.url}/v1/reports`, { method: "POST", headers, body }).catch(() => null);
    if (answer?.status === 204) taken.set(sha, Math.floor(number / uploadsPerRound));
  }

  async function underWay(): Promise<boolean> {
    const rows =
      await db.sql`SELECT FROM coverage_infos WHERE status = 'in_progress' AND commit_id IN (SELECT id FROM commits WHERE sha <> ${known})`;
    return rows.length > 0;
  }

  for (let round = 0; round < rounds; round++) {
    await mortal.start();
    const sha = await onGitHub.commit({ branch: `b${round}`, files: { "a.c": `int v${round};\n` } });
    const numbers = Array.from({ length: uploadsPerRound }, (_, index) => round * uploadsPerRound + index);
    const payload = await github.payloads.push(onGitHub, { branch: `b${round}`, before: null, after: sha });
    const [first = 0, ...others] = numbers;
    // One for a commit that becomes known meanwhile, the others for one that is known.
    const all = [
      send(sha, first),
      ...others.map((number) => send(known, number)),
      Bun.sleep(Math.random() * 100).then(() =>
        github.deliver("push", payload, { to: `${mortal.url}/v1/github/events` }).catch(() => null),
      ),
    ];
    // Now while they arrive, now while one is worked on.
    if (round % 2 === 0) await Bun.sleep(Math.random() * 500);
    else await until(underWay, () => "nothing is worked on");
    await (round < rounds - 1 ? mortal.kill() : Promise.all(all));
    await Promise.allSettled(all);
  }

  const open = async () => [
    ...(await db.sql`SELECT id, status FROM coverage_infos WHERE status IN ('queued', 'in_progress')`),
    ...(await db.sql`SELECT name, last_error FROM core_jobs WHERE name LIKE 'coverage.process' OR name LIKE '%commit%'`),
  ];
  await until(
    async () => {
      await letTimePass(platform);
      return (await open()).length === 0;
    },
    async () => JSON.stringify([await open(), mortal.output().slice(-3000)]),
  );

  expect(taken.size).toBeGreaterThan(0);
  const commits = await db.sql<{ sha: string }[]>`SELECT sha FROM commits WHERE id IN (SELECT commit_id FROM coverage_infos)`;
  const ended = [];
  for (const { sha } of commits) {
    const ask = async (path: string) =>
      await json<{ status: string; files?: { file: string }[]; lines_covered: number; lines_total: number }>(
        await fetch(`${mortal.url}/v1/repositories/api/commits/${sha}/coverage${path}`, {
          headers: { authorization: `bearer ${admin}` },
        }),
        200,
      );
    const [{ files = [] }, summary] = [await ask(""), await ask("/summary")];
    const number = sent.findIndex(({ name }) => files[0]?.file.startsWith(`${name}/`));
    const counted = sent[number];
    expect(summary).toMatchObject({ status: "completed", lines_covered: counted?.covered, lines_total: counted?.total });
    expect(files.map(({ file }) => file).toSorted()).toEqual(counted?.files ?? []);
    ended.push({ sha, round: Math.floor(number / uploadsPerRound) });
  }
  for (const [sha, round] of taken) {
    const found = ended.find((one) => one.sha === sha);
    // One that was taken for a commit that GitHub's push never told of waits for it.
    const [isKnown] = await db.sql`SELECT FROM commits WHERE sha = ${sha}`;
    if (isKnown) expect(found?.round).toBeGreaterThanOrEqual(round);
  }
  expect(await db.sql`SELECT id FROM coverage_uploads WHERE commit_id IS NOT NULL`).toHaveLength(0);
  expect(await db.sql`SELECT name, last_error FROM core_jobs WHERE died_at IS NOT NULL`).toHaveLength(0);
}, 120_000);
