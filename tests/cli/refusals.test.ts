import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { runToEnd } from "../support/command";
import { patientWorld } from "./world/patient";

setDefaultTimeout(30_000);

const { env } = await patientWorld();
const occupied = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
afterAll(() => occupied.stop(true));

/** @returns what a command that refuses says on stderr */
async function refusal(more: Record<string, string | undefined>, command: "start" | "migrate" = "start"): Promise<string> {
  const { exitCode, stderr, stdout } = await runToEnd(command, { env: { ...env, ...more } });
  expect({ exitCode, stack: /^\s+at /m.test(stderr + stdout) }).toEqual({ exitCode: 1, stack: false });
  return stderr;
}

describe("the server refuses to start, with one message and exit code 1,", () => {
  test("with values that aren't accepted, and tells all of them", async () => {
    const said = await refusal({ COCOV_PORT: "many", COCOV_CRYPTOGRAPHIC_KEY: "hunter2" });
    expect(said).toStartWith("Cocov can't start, for 2 reasons:\n");
    expect(said).toContain('COCOV_PORT: found "many", accepted is a whole number from 0 to 65535.');
    expect(said).toContain("COCOV_CRYPTOGRAPHIC_KEY: found a value that isn't shown, accepted is 32 hexadecimal characters.");
    expect(said).not.toContain("hunter2");
  });

  test("on an occupied port", async () => {
    expect(await refusal({ COCOV_PORT: String(occupied.port) })).toBe(
      `Cocov can't start: Port ${occupied.port} of 127.0.0.1 is in use by another process. Set COCOV_PORT or COCOV_HOST to another.\n`,
    );
  });

  test("on an occupied port for the probes of jobs", async () => {
    const port = String(occupied.port);
    const said = await refusal({
      COCOV_ROLE: "jobs",
      COCOV_SIDEKIQ_PROBE_ADDRESS: "127.0.0.1",
      COCOV_SIDEKIQ_PROBE_PORT: port,
    });
    expect(said).toContain(
      `Port ${port} of 127.0.0.1 is in use by another process. Set COCOV_PROBE_PORT or COCOV_PROBE_ADDRESS`,
    );
  });

  test("on an address that isn't this machine's", async () => {
    expect(await refusal({ COCOV_HOST: "192.0.2.1" })).toContain("192.0.2.1, port 0, can't be listened on");
  });

  test.each(["start", "migrate"] as const)("without a reachable database, as %s says without its password", async (command) => {
    const said = await refusal({ COCOV_DATABASE_URL: "postgres://ada:hunter2@127.0.0.1:1/cocov" }, command);
    expect(said).toContain("The database at 127.0.0.1:1/cocov can't be reached: connect ECONNREFUSED 127.0.0.1:1.");
    expect(said).not.toContain("hunter2");
  });

  test("with a database that there isn't", async () => {
    const said = await refusal({ COCOV_DATABASE_URL: env.COCOV_DATABASE_URL?.replace("/test_", "/no_test_") });
    expect(said).toMatch(/can't be reached: database "no_test_\w+" does not exist\./);
  });

  test("with an external database and no key", async () => {
    expect(await refusal({ COCOV_CRYPTOGRAPHIC_KEY: undefined })).toContain("COCOV_CRYPTOGRAPHIC_KEY isn't set.");
  });
});

test("a configuration file that can't be loaded is named, one that isn't there as well", async () => {
  const said = await refusal({ COCOV_CONFIG: "tests/cli/world/broken.config.ts" });
  expect(said).toContain("tests/cli/world/broken.config.ts");
  expect(said).toContain("no such thing");
  expect(await refusal({ COCOV_CONFIG: "/nowhere/cocov.config.ts" })).toContain("/nowhere/cocov.config.ts can't be loaded");
});
