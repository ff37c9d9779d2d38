import { afterAll, beforeEach, expect, test } from "bun:test";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(import.meta.dir, "../../../examples/upload/cocov-upload.ts");
const root = await mkdtemp(join(tmpdir(), "cocov-upload-"));
const token = `crt_${"5".repeat(42)}`;

/** What the platform was sent, unpacked, and what it answers to each request, 204 when nothing is left. */
let received: { authorization: string | null; packed: boolean; body: { commit_sha: string; data: Record<string, string> } }[] =
  [];
let answers: Response[] = [];
const platform = Bun.serve({
  port: 0,
  async fetch(request) {
    const bytes = await request.bytes();
    const packed = request.headers.get("content-encoding") === "gzip";
    const text = new TextDecoder().decode(packed ? Bun.gunzipSync(bytes) : bytes);
    received.push({ authorization: request.headers.get("authorization"), packed, body: JSON.parse(text) });
    return answers.shift() ?? new Response(null, { status: 204 });
  },
});
afterAll(async () => {
  await platform.stop(true);
  await rm(root, { recursive: true });
});
beforeEach(() => {
  received = [];
  answers = [];
});

await cp(join(import.meta.dir, "samples", "ruby"), root, { recursive: true });
const git = (...args: string[]) =>
  Bun.spawnSync(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd: root })
    .stdout.toString()
    .trim();
git("init", "--quiet");
git("add", "lib", "run.rb");
git("commit", "--quiet", "--message", "First");
const head = git("rev-parse", "HEAD");
const encoded = Buffer.from([0, 0, 0, 0x31, 0x1e, 0x31, 0x1e, 0x31, 0x32, 0, 0x31, 0x32, 0, 0, 0x31, 0x15, 0, 0]).toString(
  "base64",
);

async function run(args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, program, ...args], {
    cwd: join(root, "lib"),
    env: { PATH: process.env.PATH ?? "", COCOV_URL: `${platform.url.href}`, COCOV_REPOSITORY_TOKEN: token, ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const said = stdout + stderr;
  expect(said).not.toContain(token);
  return { code: await child.exited, said };
}
const refusal = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json({ code, message: "Said so" }, { status, headers });

test("what is found is sent for the commit that is checked out, and told", async () => {
  const { code, said } = await run();
  expect(received).toEqual([
    { authorization: `token ${token}`, packed: false, body: { commit_sha: head, data: { "lib/area.rb": encoded } } },
  ]);
  expect(said).toContain("coverage/.resultset.json: SimpleCov, 1 files");
  expect(said).toContain("5 of 6 lines covered (83.33 %)");
  expect(code).toBe(0);
});

test("in a pull request the commit is its head, not the merge that is checked out", async () => {
  const event = join(root, "event.json");
  await Bun.write(event, JSON.stringify({ pull_request: { head: { sha: "a".repeat(40) } } }));
  expect((await run([], { GITHUB_EVENT_PATH: event })).code).toBe(0);
  expect(received[0]?.body.commit_sha).toBe("a".repeat(40));
  expect((await run(["--commit", "b".repeat(40)], { GITHUB_EVENT_PATH: event })).code).toBe(0);
  expect(received[1]?.body.commit_sha).toBe("b".repeat(40));
});

test("a busy platform is asked again, when it says", async () => {
  answers = [
    refusal(503, "request.overloaded", { "retry-after": "1" }),
    refusal(429, "request.rate_limited", { "retry-after": "1" }),
  ];
  const { code, said } = await run();
  expect([code, received.length]).toEqual([0, 3]);
  expect(said).toContain("trying again in 1 s");
});

test("what the platform refuses fails at once, with its reason", async () => {
  answers = [refusal(403, "auth.forbidden")];
  const { code, said } = await run();
  expect([code, received.length]).toEqual([1, 1]);
  expect(said).toContain("Said so (auth.forbidden)");
});

test("a large report is packed, and sent plain to a platform that takes no packed ones", async () => {
  const tracked = Array.from({ length: 3000 }, (_, index) => `lib/generated_${index}.rb`);
  await Promise.all(tracked.map((path) => Bun.write(join(root, path), "")));
  git("add", "lib");
  await Bun.write(join(root, "large.info"), tracked.map((path) => `SF:${path}\nDA:1,1\nDA:2,100\nend_of_record\n`).join(""));
  answers = [refusal(400, "request.malformed")];
  const { code } = await run([join(root, "large.info")]);
  expect(code).toBe(0);
  expect(received.map(({ packed }) => packed)).toEqual([true, false]);
  expect(received[1]?.body).toEqual(received[0]?.body);
  expect(Object.keys(received[0]?.body.data ?? {})).toHaveLength(3000);
});

test("a dry run tells, sends nothing, and needs no token", async () => {
  const { code, said } = await run(["--dry-run"], { COCOV_REPOSITORY_TOKEN: "", COCOV_URL: "" });
  expect([code, received.length]).toEqual([0, 0]);
  expect(said).toContain(`Nothing was sent for ${head}`);
});

test.each<[string[], Record<string, string>, number, string]>([
  [["--nonsense"], {}, 2, "--nonsense"],
  [["--help"], {}, 0, "--token-file"],
  [[], { COCOV_URL: "" }, 2, "COCOV_URL"],
  [[], { COCOV_URL: "cocov.example.org" }, 2, "COCOV_URL"],
  [[], { COCOV_REPOSITORY_TOKEN: "" }, 2, "COCOV_REPOSITORY_TOKEN"],
  [["--commit", "HEAD"], {}, 2, "40 or 64"],
  [["missing.info"], {}, 1, "missing.info: there is no such file"],
  [["../run.rb"], {}, 1, "no report in a known format"],
])("%j with %j ends with %d and says %s", async (args, env, code, text) => {
  const outcome = await run(args, env);
  expect(outcome.code).toBe(code);
  expect(outcome.said).toContain(text);
  expect(received).toEqual([]);
});
