import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { loadInstallation } from "../../core/app/installation";
import { createTestDatabase } from "../../testing/databases";
import { testEnvironment } from "../../testing/server";
import { type Command, runToEnd } from "../support/command";
import { patientWorld } from "./world/patient";

setDefaultTimeout(30_000);

const commands: Command[] = ["start", "migrate", "console", "plugins", "config"];

describe.each(commands)("bun run %s", (command) => {
  test("--help prints its usage and does nothing else", async () => {
    const { exitCode, stdout, stderr } = await runToEnd(command, { args: ["--help"], env: { COCOV_PORT: "bad" } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toStartWith(`Usage: bun run cocov ${command} [options]\n`);
  });

  test("refuses arguments that it doesn't know", async () => {
    const { exitCode, stdout, stderr } = await runToEnd(command, { args: ["--sttaus", "now"] });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^error: unknown option '--sttaus'\n(\(Did you mean --status\?\)\n)?See --help\.\n$/);
    const more = await runToEnd(command, { args: ["now"] });
    expect(more).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: expect.stringContaining("Expected 0 arguments but got 1: now"),
    });
  });
});

test("bun run migrate applies what is pending, and --status tells it by its exit code", async () => {
  const { env } = await patientWorld();
  const before = await runToEnd("migrate", { args: ["--status"], env });
  expect(before.exitCode).toBe(1);
  expect(before.stdout).toMatch(/^core +0001_\w+\.sql +pending$/m);
  const applied = await runToEnd("migrate", { env });
  expect(applied).toMatchObject({ exitCode: 0, stderr: "" });
  expect(applied.stdout).toMatch(/^Applied:\n {2}core\/0001_\w+\.sql\n( {2}core\/\d{4}_\w+\.sql\n)*$/);
  expect(await runToEnd("migrate", { env })).toMatchObject({ exitCode: 0, stdout: "Nothing to apply.\n" });
  const after = await runToEnd("migrate", { args: ["--status"], env });
  expect(after.exitCode).toBe(0);
  expect(after.stdout).toMatch(/^core +0001_\w+\.sql +applied +\d{4}-\d\d-\d\dT/m);
});

test("bun run migrate --json prints what it applied, and with --status what is pending, by its exit code as well", async () => {
  const { env } = await patientWorld();
  const json = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runToEnd("migrate", { args: [...args, "--json"], env });
    return { exitCode, stderr, ...JSON.parse(stdout) };
  };
  const before = await json("--status");
  expect(before).toMatchObject({ exitCode: 1, stderr: "" });
  expect(before.migrations[0]).toMatchObject({ plugin: "core", state: "pending", appliedAt: null });
  const names = before.migrations.map(({ plugin, name }: Record<string, string>) => `${plugin}/${name}`);
  expect(await json()).toEqual({ exitCode: 0, stderr: "", applied: names });
  expect(await json()).toEqual({ exitCode: 0, stderr: "", applied: [] });
  const after = await json("--status");
  expect(after.exitCode).toBe(0);
  expect(after.migrations[0]).toMatchObject({ plugin: "core", state: "applied" });
  expect(new Date(after.migrations[0].appliedAt).getTime()).toBeGreaterThan(0);
});

describe("bun run plugins", () => {
  test("--json tells the same to programs, by name", async () => {
    const { env } = await patientWorld();
    const { exitCode, stdout, stderr } = await runToEnd("plugins", { args: ["--json"], env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { plugins } = JSON.parse(stdout);
    const [on, ...off] = plugins;
    expect(on).toEqual({
      name: "patient",
      summary: "Made for a test",
      version: "1.2.3",
      origin: expect.stringMatching(/patient$/),
      requires: [],
      optional: [],
      state: "on",
      offBy: null,
      routes: [
        { method: "GET", path: "/wait/:ms" },
        { method: "POST", path: "/jobs/:ms" },
      ],
      tables: [],
      jobs: ["patient.wait"],
      slots: [],
      events: [],
      commands: ["count-jobs"],
    });
    expect(off.length).toBeGreaterThan(0);
    for (const plugin of off) expect(plugin).toMatchObject({ state: "off", offBy: "COCOV_PLUGINS_DISABLED" });
  });

  test("lists those that are on and off, and why, without a database", async () => {
    const { env } = await patientWorld();
    const { exitCode, stdout } = await runToEnd("plugins", { env: { ...env, COCOV_DATABASE_URL: "postgres://127.0.0.1:1/x" } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^patient +on +2 +0 +1 +1\.2\.3 +\S+patient$/m);
    expect(stdout).toMatch(/^\S+ +off, by COCOV_PLUGINS_DISABLED +\d\S+ +plugins\/\S+$/m);
  });

  test("--routes names each slot and event", async () => {
    const { stdout } = await runToEnd("plugins", {
      args: ["--routes"],
      env: { COCOV_DATABASE_URL: "postgres://127.0.0.1:1/x" },
    });
    expect(stdout).toContain("  slot   checks.mount_secrets, for one\n");
    expect(stdout).toContain("  slot   checks.worker_transport, for all\n");
    expect(stdout).toContain("  event  user.signed_in\n");
  });

  test("--routes names each route and job", async () => {
    const { env } = await patientWorld();
    const { stdout } = await runToEnd("plugins", { args: ["--routes"], env });
    for (const line of ["  route  GET    /wait/:ms", "  route  POST   /jobs/:ms", "  job    patient.wait"]) {
      expect(stdout).toContain(`${line}\n`);
    }
  });
});

describe("secrets", async () => {
  const database = await createTestDatabase();
  const { effective } = await loadInstallation({ env: {}, config: {} });
  const variables = effective.flatMap(({ meta }) => (meta?.secret ? (meta.env[0] ?? []) : []));
  const hidden = "a1b2c3d4e5f60718a1b2c3d4e5f60718";
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const secretFor = (name: string) => {
    if (name.endsWith("_PRIVATE_KEY")) return Buffer.from(privateKey).toString("base64");
    if (name === "COCOV_REDIS_URL") return `redis://:${hidden}@127.0.0.1:6379`;
    if (name.endsWith("_ENDPOINT")) return `https://collector.example.org/${hidden}`;
    return name.endsWith("_HEADERS") ? `authorization=${hidden}` : hidden;
  };
  const env = {
    ...testEnvironment(database.url, "/tmp/unused"),
    ...Object.fromEntries(variables.map((name) => [name, secretFor(name)])),
    COCOV_DATABASE_URL: `${database.url}&application_name=${hidden}`,
  };

  test("are masked by bun run config, which tells where they come from", async () => {
    expect(variables.length).toBeGreaterThan(3);
    const { exitCode, stdout } = await runToEnd("config", { env });
    expect(exitCode).toBe(0);
    for (const name of variables) expect(stdout).toMatch(new RegExp(`= \\[secret\\] {2}\\(${name}\\)$`, "m"));
  });

  test("are told by bun run config --json to be set, and what they are is not", async () => {
    const { exitCode, stdout } = await runToEnd("config", { args: ["--json"], env });
    expect(exitCode).toBe(0);
    const { settings } = JSON.parse(stdout);
    for (const name of variables) {
      const [setting] = settings.filter(({ source }: { source: { variable?: string } }) => source.variable === name);
      expect({ name, ...setting }).toMatchObject({ name, value: null, set: true, secret: true });
    }
    expect(settings.find(({ key }: { key: string }) => key === "port")).toMatchObject({
      section: "core",
      value: 0,
      set: true,
      secret: false,
      source: { variable: "COCOV_PORT", file: null },
      variables: expect.arrayContaining(["COCOV_PORT"]),
    });
  });

  const runs: [Command, string[]][] = [
    ["config", []],
    ["config", ["--json"]],
    ["plugins", ["--json"]],
    ["plugins", ["--routes"]],
    ["migrate", []],
    ["migrate", ["--status"]],
    ["console", []],
    ["start", []],
  ];
  test.each(runs)("are printed by none of the commands: %s %p", async (command, args) => {
    // A port that can't be had ends the server once it has logged all it has to say at its start.
    const started = command === "start" ? { COCOV_HOST: "192.0.2.1", COCOV_LOG_LEVEL: "debug" } : {};
    const stdin = command === "console" ? "config(); app.installation.on.length" : undefined;
    const { stdout, stderr } = await runToEnd(command, { args, env: { ...env, ...started }, ...(stdin ? { stdin } : {}) });
    expect(stdout + stderr).not.toBe("");
    expect(stdout + stderr).not.toContain(hidden);
    for (const form of [privateKey, Buffer.from(privateKey).toString("base64")]) {
      expect(stdout + stderr).not.toContain(form.slice(100, 140));
    }
  });
});
