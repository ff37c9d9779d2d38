import { expect, test } from "bun:test";
import { join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";
import { z } from "zod";
import { loadInstallation, projectRoot } from "../../core/app/installation";
import manifest from "../../package.json";

const compose: unknown = parse(await Bun.file(join(projectRoot, "compose.yaml")).text(), { merge: true });

const service = z.object({
  image: z.string(),
  profiles: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  stop_grace_period: z.string().optional(),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  read_only: z.boolean().optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  build: z.object({ platforms: z.array(z.string()) }).optional(),
  entrypoint: z.array(z.string()).optional(),
});
const { services, secrets, volumes } = z
  .object({
    services: z.record(z.string(), service),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(compose);
const ours = Object.entries(services).filter(([, { build }]) => build);

test("the file is one that Compose takes, and would not be with a key that it doesn't know", async () => {
  const file = Bun.file(join(projectRoot, "node_modules/dclint/schemas/compose.schema.json"));
  const { $schema: _draft, ...rules } = z.record(z.string(), z.unknown()).parse(await file.json());
  const takes = new Ajv({ strict: false, logger: false }).compile(rules);
  takes(compose);
  expect(takes.errors).toBeNull();
  expect(takes({ services: { server: { image: "cocov", readonly: true } } })).toBe(false);
});

test("a server and its database run without a profile; Redis, jobs apart and two queue servers are for who wants them", () => {
  const byProfile = Object.entries(services).map(([name, { profiles = [] }]) => `${name} ${profiles}`);
  expect(byProfile.toSorted()).toEqual([
    "jobs jobs",
    "postgres ",
    "queue-1 queues",
    "queue-2 queues",
    "redis redis",
    "server ",
  ]);
  for (const [, { build }] of ours) expect(build?.platforms).toEqual(["linux/amd64", "linux/arm64"]);
});

test("what a service mounts, reads and waits for is there", () => {
  for (const { secrets: read, volumes: mounted, depends_on } of Object.values(services)) {
    for (const name of read) expect(Object.keys(secrets)).toContain(name);
    for (const volume of mounted) expect(Object.keys(volumes)).toContain(volume.split(":")[0] ?? "");
    for (const [name, { condition }] of Object.entries(depends_on)) {
      expect(condition).toBe("service_healthy");
      expect(services[name]?.healthcheck).toBeDefined();
    }
  }
});

test("our services get every secret from a file that they mount, and no variable that there isn't", async () => {
  const { effective } = await loadInstallation({ env: {}, config: {} });
  const known = effective.flatMap(({ meta }) => meta?.env ?? []);
  const secret = effective.flatMap(({ meta }) => (meta?.secret ? meta.env : []));
  // Its address may hold a password; it is given from outside then.
  const given = new Set(["COCOV_REDIS_URL"]);
  expect(ours.map(([name]) => name)).toEqual(["server", "jobs"]);
  for (const [, { environment, secrets: mounted, read_only }] of ours) {
    expect(read_only).toBe(true);
    for (const [name, value] of Object.entries(environment)) {
      expect(known).toContain(name.replace(/_FILE$/, ""));
      if (!given.has(name)) expect(secret).not.toContain(name);
      if (name.endsWith("_FILE")) expect(mounted.map((file) => `/run/secrets/${file}`)).toContain(value);
    }
  }
});

test("they have more time to stop than they take", () => {
  for (const [, { environment, stop_grace_period }] of ours)
    expect(Number.parseInt(stop_grace_period ?? "0", 10)).toBeGreaterThanOrEqual(
      Number(environment.COCOV_SHUTDOWN_SECONDS) + 5,
    );
});

test("queue servers are bunqueue, as it is installed", async () => {
  expect(manifest.dependencies.bunqueue).toBeDefined();
  const [script = ""] = [...(services["queue-1"]?.entrypoint ?? [])].slice(-1);
  const [, path = ""] = script.match(/exec bun (\S+) start/) ?? [];
  expect(await Bun.file(join(projectRoot, path)).exists()).toBe(true);
});
