import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../../core/services/embedded-postgres/embedded-postgres";
import { readPostmaster } from "../../../../core/services/embedded-postgres/postmaster-file";
import { createLogger } from "../../../../core/services/log/logger";
import { type Identity, query, reachableBun, startServerOwner } from "./server-owner";

// A cluster takes a second to make, on a machine that has nothing else to do.
setDefaultTimeout(60_000);

const log = createLogger("silent");
const settings = { fsync: "off" };

let dataDir: string;
let owners: Bun.Subprocess<"ignore", "pipe", "inherit">[];
let servers: EmbeddedPostgres[];
let elsewhere: string[];

beforeEach(async () => {
  owners = [];
  servers = [];
  elsewhere = [];
  dataDir = await mkdtemp(join(tmpdir(), "embedded-"));
  await chmod(dataDir, 0o755);
});
afterEach(async () => {
  for (const owner of owners) {
    owner.kill("SIGTERM");
    await owner.exited;
  }
  for (const server of servers) await server.stop();
  for (const folder of [dataDir, ...elsewhere]) await rm(folder, { recursive: true, force: true });
});

async function start(folder = dataDir): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: folder, log, settings });
  servers.push(server);
  return server;
}

const startOwner = async (identity?: Identity, bun?: string) => {
  const started = await startServerOwner(dataDir, identity, bun);
  owners.push(started.owner);
  return started;
};

const cluster = () => join(dataDir, "postgres", "cluster");

async function serverPid(): Promise<number> {
  const postmaster = await readPostmaster(cluster());
  if (postmaster === undefined) throw new Error("no server");
  return postmaster.pid;
}

/** Whether a server takes connections, whatever happened to its process's parent. */
async function answers(url: string): Promise<boolean> {
  return await query(url, "SELECT 1").then(
    () => true,
    () => false,
  );
}

test("data is there again after a stop and a start, and nothing listens on TCP", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
  expect(await query(first.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "" }]);
  await first.stop();
  expect(await answers(first.url)).toBe(false);

  const second = await start();
  expect(await query(second.url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
  expect(await Bun.file(join(dataDir, "postgres", "server.log")).text()).toContain(
    "database system is ready to accept connections",
  );
});

test("settings that keep data safe are on unless a caller says otherwise", async () => {
  const server = await startEmbeddedPostgres({ dataDir, log });
  servers.push(server);
  const rows = await query(
    server.url,
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name",
  );
  expect(rows).toEqual(["fsync", "full_page_writes", "synchronous_commit"].map((name) => ({ name, setting: "on" })));
});

test("a second process on the same folder is told which folder and which process holds it", async () => {
  const first = await startOwner();
  expect(first.says).toStartWith("postgres://");
  const second = await startOwner();
  expect(second.says).toContain(`The data folder ${dataDir} is in use by the process with pid ${first.owner.pid}.`);
  expect(await second.owner.exited).toBe(1);
  await expect(start()).rejects.toThrow(`pid ${first.owner.pid}`);
  expect(await query(first.says, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a server started twice by one process is refused too", async () => {
  await start();
  await expect(start()).rejects.toThrow(`in use by the process with pid ${process.pid}.`);
});

test("after kill -9 of its owner, a server that still runs is stopped and its data kept", async () => {
  const { owner, says } = await startOwner();
  await query(says, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
  const orphan = await serverPid();
  owner.kill("SIGKILL");
  await owner.exited;
  expect(await answers(says)).toBe(true);

  const next = await start();
  expect(await serverPid()).not.toBe(orphan);
  expect(await query(next.url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
});

test("after kill -9 of owner and server, the next start recovers", async () => {
  const { owner, says } = await startOwner();
  await query(says, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
  const pid = await serverPid();
  owner.kill("SIGKILL");
  process.kill(pid, "SIGKILL");
  await owner.exited;

  expect(await query((await start()).url, "SELECT id FROM kept")).toEqual([{ id: 1 }]);
});

test("a postmaster.pid whose number belongs to another process by now doesn't hinder the start", async () => {
  await (await start()).stop();
  const file = Bun.file(join(cluster(), "postmaster.pid"));
  const unrelated = Bun.spawn(["sleep", "60"], process.getuid?.() === 0 ? await clusterOwner() : {});
  await Bun.write(file, `${unrelated.pid}\n${cluster()}\n1\n5432\n\n\n\nready\n`);
  try {
    expect(await query((await start()).url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  } finally {
    unrelated.kill();
  }
});

test("a cluster that was half-made when its process died is made anew", async () => {
  await mkdir(join(dataDir, "postgres", "cluster.new-x1", "base"), { recursive: true });
  expect(await query((await start()).url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  expect((await readdir(join(dataDir, "postgres"))).filter((name) => name.startsWith("cluster"))).toEqual(["cluster"]);
});

test("an owner killed while its cluster is being made leaves nothing in the way", async () => {
  const owner = Bun.spawn([process.execPath, join(import.meta.dir, "owner.ts"), dataDir], {
    stdin: "ignore",
    stdout: "ignore",
  });
  const making = async () =>
    (await readdir(join(dataDir, "postgres")).catch(() => [])).some((name) => name.startsWith("cluster.new-"));
  while (!(await making())) await Bun.sleep(5);
  owner.kill("SIGKILL");
  await owner.exited;
  expect(await query((await start()).url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a cluster of another major version is refused with both versions", async () => {
  await (await start()).stop();
  await Bun.write(join(cluster(), "PG_VERSION"), "15\n");
  await expect(start()).rejects.toThrow(/was made by PostgreSQL 15, but this is PostgreSQL \d+/);
});

test("a server that can't start is shown with the end of its log", async () => {
  const failing = startEmbeddedPostgres({ dataDir, log, settings: { shared_buffers: "nonsense" } });
  await expect(failing).rejects.toThrow(/didn't start.*\n.*shared_buffers/s);
  expect(await query((await start()).url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("a data folder whose path is too long for a socket works", async () => {
  const deep = join(dataDir, "x".repeat(60), "y".repeat(60));
  const server = await start(deep);
  expect(await query(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  elsewhere.push(new URL(server.url).searchParams.get("host") ?? "");
});

test("a data folder can be moved while no server runs", async () => {
  await (await start()).stop();
  const moved = `${dataDir}-moved`;
  elsewhere.push(moved);
  await rename(dataDir, moved);
  expect(await query((await start(moved)).url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

async function clusterOwner(): Promise<{ uid: number; gid: number }> {
  const { uid, gid } = await Bun.file(cluster()).stat();
  return { uid, gid };
}

async function bunInReach(): Promise<string> {
  const bun = await reachableBun();
  elsewhere.push(dirname(bun));
  return bun;
}

const asRoot = process.getuid?.() === 0;

if (asRoot) {
  test("root's server runs as another user, below a folder that user can't enter as well", async () => {
    await chmod(dataDir, 0o700);
    const first = await start();
    await query(first.url, "CREATE TABLE kept (id int)");
    const place = (await Bun.file(join(dataDir, "postgres.location")).text()).trim();
    elsewhere.push(place);
    expect(place).toStartWith("/var/lib/cocov/");
    const postmaster = await readPostmaster(join(place, "cluster"));
    const status = await Bun.file(`/proc/${postmaster?.pid}/status`).text();
    expect(status).not.toMatch(/^Uid:\s+0\s/m);
    await first.stop();
    expect(await query((await start()).url, "SELECT count(*) FROM kept")).toEqual([{ count: 0 }]);
  });

  test("an ordinary user's server runs as that user, and root can take over the folder", async () => {
    const bun = await bunInReach();
    const nobody = { uid: 65_534, gid: 65_534 };
    await chown(dataDir, nobody.uid, nobody.gid);
    const { owner, says } = await startOwner(nobody, bun);
    expect(says).toStartWith("postgres://");
    await query(says, "CREATE TABLE kept (id int)");
    owner.kill("SIGTERM");
    await owner.exited;
    expect(await query((await start()).url, "SELECT count(*) FROM kept")).toEqual([{ count: 0 }]);
  });

  test("an ordinary user is told when the database belongs to someone else", async () => {
    await (await start()).stop();
    const { says } = await startOwner({ uid: 65_533, gid: 65_533 }, await bunInReach());
    expect(says).toMatch(/The database in .* belongs to user \d+, but this process runs as user 65533/);
  });
}
