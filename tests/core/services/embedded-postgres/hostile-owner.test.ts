import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmod,
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../../../core/services/embedded-postgres/embedded-postgres";
import { readPostmaster } from "../../../../core/services/embedded-postgres/postmaster-file";
import { createLogger } from "../../../../core/services/log/logger";
import { query, reachableBun, startServerOwner } from "./server-owner";

setDefaultTimeout(60_000);

// What the database's user can do to root, who starts the server: nothing. Needs root.
describe.skipIf(process.getuid?.() !== 0)("as root", () => {
  const nobody = { uid: 65_534, gid: 65_534 };
  const secret = "12345 root's secret\n";
  let dataDir: string;
  let vault: string;
  let servers: EmbeddedPostgres[];
  let template: string | undefined;
  const home = (...path: string[]) => join(dataDir, "postgres", ...path);

  beforeEach(async () => {
    servers = [];
    dataDir = await mkdtemp(join(tmpdir(), "hostile-"));
    vault = await mkdtemp(join(tmpdir(), "vault-"));
    await chmod(dataDir, 0o711);
    await writeFile(join(vault, "file"), secret, { mode: 0o600 });
  });
  afterAll(async () => {
    if (template !== undefined) await rm(template, { recursive: true });
  });
  afterEach(async () => {
    for (const server of servers) await server.stop();
    for (const folder of [dataDir, vault]) await rm(folder, { recursive: true, force: true });
  });

  async function start(options: { join?: boolean } = {}): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({
      dataDir,
      log: createLogger("silent"),
      settings: { fsync: "off" },
      ...options,
    });
    servers.push(server);
    return server;
  }

  /** Puts a database with a table in it into the data folder. */
  async function makeDatabase(): Promise<void> {
    template ??= await makeTemplate();
    expect(Bun.spawnSync(["cp", "-a", join(template, "postgres"), dataDir]).exitCode).toBe(0);
  }

  async function makeTemplate(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), "template-"));
    await chmod(made, 0o711);
    const server = await startEmbeddedPostgres({ dataDir: made, log: createLogger("silent"), settings: { fsync: "off" } });
    await query(server.url, "CREATE TABLE kept AS SELECT 7 AS id");
    await server.stop();
    return made;
  }

  async function expectKept(): Promise<void> {
    expect(await query((await start()).url, "SELECT id FROM kept")).toEqual([{ id: 7 }]);
  }

  async function expectVaultUntouched(): Promise<void> {
    expect(await readdir(vault)).toEqual(["file"]);
    expect(await readFile(join(vault, "file"), "utf8")).toBe(secret);
    const { uid, gid, mode } = await stat(join(vault, "file"));
    expect({ uid, gid, mode: mode & 0o777 }).toEqual({ uid: 0, gid: 0, mode: 0o600 });
    expect((await stat(vault)).uid).toBe(0);
  }

  /** Gives the home to another user, as earlier versions and processes of ordinary users have it. */
  async function giveAway(): Promise<void> {
    await rm(home("run"), { recursive: true });
    const give = async (path: string): Promise<void> => {
      await lchown(path, nobody.uid, nobody.gid);
      if ((await lstat(path)).isDirectory()) for (const name of await readdir(path)) await give(join(path, name));
    };
    await give(home());
    await chmod(home(), 0o700);
  }

  test("the server runs as a user that has nothing else, and can write to its cluster and its socket's folder only", async () => {
    await start();
    const account = await stat(home("cluster"));
    const postmaster = await readPostmaster(home("cluster"));
    const status = await readFile(`/proc/${postmaster?.pid}/status`, "utf8");
    expect(status).toMatch(new RegExp(`^Uid:(\\s+${account.uid}){4}$`, "m"));
    expect(status).toMatch(new RegExp(`^Gid:(\\s+${account.gid}){4}$`, "m"));
    expect(status).toMatch(/^Groups:\s*$/m);
    expect(account.uid).not.toBe(0);
    const passwd = (await readFile("/etc/passwd", "utf8"))
      .split("\n")
      .filter((line) => line.split(":")[2] === String(account.uid));
    expect(passwd).toEqual([expect.stringMatching(/^cocov-postgres:.*(nologin|false)$/)]);

    const attempt = `for name in owner.pid owner.lock server.log cluster run; do
        ln -sfn ${vault}/file ${home()}/new-$name && echo made; mv ${home()}/$name ${home()}/moved-$name && echo moved
        echo x >> ${home()}/$name && echo written; rm -f ${home()}/$name && echo removed
      done; touch ${dataDir}/x && echo made; cat ${home()}/server.log && echo read; touch ${home()}/cluster/x && echo own`;
    const { stdout } = Bun.spawnSync(["sh", "-c", attempt], { uid: account.uid, gid: account.gid });
    expect(stdout.toString()).toBe("own\n");
    for (const name of ["owner.pid", "owner.lock", "server.log"]) expect((await lstat(home(name))).uid).toBe(0);
  });

  test.each(["cluster/postmaster.pid", "cluster/PG_VERSION"])(
    "%s as a link, or another name of a file of root's, stops the start",
    async (name) => {
      await makeDatabase();
      await rm(home(name), { force: true });
      for (const make of [symlink, link]) {
        await make(join(vault, "file"), home(name));
        const outcome = await start().then(
          () => "started",
          (error: Error) => error.message,
        );
        expect(outcome).toContain(`${home(name)} should be the embedded database's own`);
        expect(outcome).not.toContain("secret");
        await expectVaultUntouched();
        await rm(home(name));
      }
    },
  );

  test("links in place of the socket are removed, not followed", async () => {
    await makeDatabase();
    for (const name of [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]) {
      await rm(home("run", name), { force: true });
      await symlink(join(vault, "file"), home("run", name));
    }
    await expectKept();
    await expectVaultUntouched();
  });

  test("a home that was another user's is taken over, and links in it lead nowhere", async () => {
    await makeDatabase();
    await giveAway();
    for (const name of ["owner.pid", "server.log", "server.log.1", ".s.PGSQL.5432"]) {
      await rm(home(name), { force: true });
      await symlink(join(vault, "file"), home(name));
    }
    await rm(home("owner.lock"));
    await symlink(join(vault, "made-by-root"), home("owner.lock"));
    await writeFile(home("owner.lock-journal"), Buffer.alloc(600, 1));
    await mkdir(home("cluster.new-x"));
    await symlink(vault, home("cluster.new-x", "inside"));
    for (const name of await readdir(home())) await lchown(home(name), nobody.uid, nobody.gid);

    await expectKept();
    await expectVaultUntouched();
    const account = await stat(home("cluster"));
    expect(account.uid).not.toBe(nobody.uid);
    expect((await stat(home("cluster", "base"))).uid).toBe(account.uid);
    expect((await stat(home())).uid).toBe(0);
    for (const name of ["owner.pid", "owner.lock", "server.log"]) {
      const found = await lstat(home(name));
      expect([name, found.isFile(), found.uid, (found.mode & 0o777).toString(8)]).toEqual([name, true, 0, "600"]);
    }
    expect(Bun.spawnSync(["ls", home("cluster")], nobody).exitCode).not.toBe(0);
  });

  test("a home to be taken over in which root's files have other names stops the start", async () => {
    await makeDatabase();
    await giveAway();
    await link(join(vault, "file"), home("cluster", "base", "1", "stolen"));
    await expect(start()).rejects.toThrow(`${home("cluster", "base", "1", "stolen")} should be the embedded database's own`);
    await expectVaultUntouched();
    await rm(home("cluster", "base", "1", "stolen"));
    await expectKept();
  });

  test("a cluster that is a link to a folder of root's stops the start", async () => {
    await makeDatabase();
    await giveAway();
    await rename(home("cluster"), home("hidden"));
    await symlink(vault, home("cluster"));
    await lchown(home("cluster"), nobody.uid, nobody.gid);
    await expect(start()).rejects.toThrow(`${home("cluster")} should be`);
    await expectVaultUntouched();
  });

  test("while an ordinary user's server runs, root uses or refuses it and leaves it theirs", async () => {
    const bun = await reachableBun();
    await chown(dataDir, nobody.uid, nobody.gid);
    const { owner, says } = await startServerOwner(dataDir, nobody, bun);
    try {
      await query(says, "CREATE TABLE kept AS SELECT 7 AS id");
      await expect(start()).rejects.toThrow(`in use by the process with pid ${owner.pid}.`);
      const joined = await start({ join: true });
      expect(await query(joined.url, "SELECT id FROM kept")).toEqual([{ id: 7 }]);
      for (const name of [".", "owner.lock", "owner.pid", "cluster"]) expect((await stat(home(name))).uid).toBe(nobody.uid);
      expect((await stat(home())).mode & 0o777).toBe(0o700);
    } finally {
      owner.kill("SIGTERM");
      await owner.exited;
    }
    const again = await startServerOwner(dataDir, nobody, bun);
    expect(await query(again.says, "SELECT id FROM kept")).toEqual([{ id: 7 }]);
    again.owner.kill("SIGTERM");
    await again.owner.exited;
    await rm(dirname(bun), { recursive: true });
  });
});
