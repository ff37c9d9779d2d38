import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import { createTestDatabase } from "../../testing/databases";

setDefaultTimeout(60_000);

const folder = await mkdtemp(join(tmpdir(), "cocov-air-gap-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const outsideLog = join(folder, "outside.log");

/** How to run something where there is no network: by a namespace of its own, where this machine and account allow that. */
function withoutNetwork(): string[] {
  const up = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  const ways = [
    ["unshare", "--net", ...up],
    ["unshare", "--map-root-user", "--net", ...up],
  ];
  return ways.find((way) => Bun.which("unshare") && Bun.spawnSync([...way, "true"]).exitCode === 0) ?? [];
}

const paths = [
  "/swagger",
  "/swagger/json",
  "/swagger/assets/swagger-ui.css",
  "/swagger/assets/swagger-ui-bundle.js",
  "/system/probes/ready",
  "/v1/repositories",
  "/v1/repositories/shop",
  "/v1/repositories/shop/branches",
  "/v1/admin/repositories",
  "/v1/secrets",
  "/v1/info",
];

test("the platform works without a network: nothing is fetched at run time, no name is looked up, and its pages name no other host", async () => {
  const database = await createTestDatabase();
  const child = Bun.spawn([...withoutNetwork(), process.execPath, "tests/system/world/behind-air-gap.ts", ...paths], {
    cwd: projectRoot,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE: database.url,
      DATA_DIR: join(folder, "data"),
      OUTSIDE_LOG: outsideLog,
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  await child.exited;
  await database.drop();
  if (!stdout.startsWith("{")) throw new Error(stderr + stdout);
  const { exitCode, pages }: { exitCode: number; pages: Record<string, { status: number; text: string }> } = JSON.parse(stdout);

  expect((await Bun.file(outsideLog).exists()) ? await Bun.file(outsideLog).text() : "").toBe("");
  expect(Object.fromEntries(Object.entries(pages).map(([path, { status }]) => [path, status]))).toEqual(
    Object.fromEntries(paths.map((path) => [path, 200])),
  );
  expect(exitCode).toBe(0);
  const loaded = [...(pages["/swagger"]?.text ?? "").matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target = ""]) => target);
  expect(loaded.length).toBeGreaterThan(0);
  for (const target of loaded) expect(target).toMatch(/^(\/(?!\/)|data:)/);
  expect(pages["/swagger/assets/swagger-ui.css"]?.text).not.toMatch(/url\(["']?(https?:)?\/\//);
});
