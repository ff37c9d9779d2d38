import { describe, expect, test } from "bun:test";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { loadInstallation, projectRoot } from "../../core/app/installation";

const folder = join(projectRoot, "deploy/kubernetes");

const model = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string() }).optional(),
});
type Manifest = z.infer<typeof model> & Record<string, unknown>;

const files = await Array.fromAsync(new Bun.Glob("**/*.yaml").scan(folder));
const manifests = (
  await Promise.all(
    files.map(async (file) =>
      parseAllDocuments(await Bun.file(join(folder, file)).text()).map((document): Manifest => {
        const found: unknown = document.toJS();
        return { ...z.record(z.string(), z.unknown()).parse(found), ...model.parse(found) };
      }),
    ),
  )
).flat();
const resources = manifests.filter(({ apiVersion }) => !apiVersion.startsWith("kustomize."));
const moduleOf = ({ apiVersion }: Manifest) => `kubernetes-models/${apiVersion}`;

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }), failureThreshold: z.number().optional() });
const container = z.object({
  name: z.string(),
  image: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  startupProbe: probe.optional(),
  readinessProbe: probe,
  livenessProbe: probe,
  lifecycle: z
    .object({ preStop: z.object({ exec: z.object({ command: z.tuple([z.literal("sleep"), z.string()]) }) }) })
    .optional(),
  securityContext: z.object({
    readOnlyRootFilesystem: z.literal(true),
    allowPrivilegeEscalation: z.literal(false),
    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  resources: z.object({ limits: z.object({ memory: z.string() }) }),
});
const workload = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number() }),
        containers: z.tuple([container]),
        volumes: z.array(
          z.object({
            name: z.string(),
            persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
            secret: z.object({ secretName: z.string(), defaultMode: z.literal(0o440) }).optional(),
          }),
        ),
      }),
    }),
  }),
});
const workloads = resources
  .filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")
  .map((manifest) => workload.parse(manifest));
const settings = z
  .object({ data: z.record(z.string(), z.string()) })
  .parse(resources.find(({ kind }) => kind === "ConfigMap")).data;

test("every manifest has what its kind requires, in the forms that Kubernetes takes", async () => {
  expect(resources.length).toBeGreaterThan(8);
  for (const manifest of resources) {
    const { [manifest.kind]: Model } = await import(moduleOf(manifest));
    expect(() => new Model(manifest).validate()).not.toThrow();
  }
});

test("no manifest has a field that its kind doesn't know", async () => {
  const checked = resources.map((manifest, number) => ({ ...manifest, number }));
  const source = checked.map(({ number, ...manifest }) => {
    const type = `I${manifest.kind}`;
    return `import type { ${type} as Type${number} } from "${moduleOf(manifest)}";\nexport const _${number}: Type${number} = ${JSON.stringify(manifest)};`;
  });
  const place = join(projectRoot, "node_modules/.cache/cocov-tests/kubernetes");
  await mkdir(place, { recursive: true });
  const file = join(place, `manifests-${process.pid}.ts`);
  await Bun.write(file, source.join("\n"));
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", "", "--ignoreConfig"];
  const compiler = Bun.spawn([process.execPath, "x", "tsc", ...options, file], {
    cwd: projectRoot,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [said] = await Promise.all([new Response(compiler.stdout).text(), compiler.exited]);
  await rm(file);
  expect(said).toBe("");
});

describe.each(workloads.map((entry) => [entry.metadata.name, entry] as const))("%s", (_name, { spec }) => {
  const pod = spec.template.spec;
  const [{ env, ports, ...main }] = pod.containers;

  test("selects its own pods, of which at most one is taken away at a time", () => {
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect(spec.replicas).toBeGreaterThan(1);
    const budgets = resources.filter(
      ({ kind, ...rest }) => kind === "PodDisruptionBudget" && Bun.deepEquals(Object(rest.spec).selector, spec.selector),
    );
    expect(budgets).toHaveLength(1);
  });

  test("is asked at ports that it has", () => {
    for (const asked of [main.startupProbe ?? main.readinessProbe, main.readinessProbe, main.livenessProbe])
      expect(ports.map(({ name }) => name)).toContain(asked.httpGet.port);
  });

  test("has time to end before it is killed", () => {
    const before = Number(main.lifecycle?.preStop.exec.command[1] ?? 0);
    const own = main.name === "cocov" ? Number(settings.COCOV_SHUTDOWN_SECONDS) : 30;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(before + own + 5);
  });

  test("runs as the account of the image and mounts what there is", async () => {
    const dockerfile = await Bun.file(join(projectRoot, "Dockerfile")).text();
    expect(dockerfile).toContain(`USER ${pod.securityContext.runAsUser}:`);
    const claims = resources.filter(({ kind }) => kind === "PersistentVolumeClaim").map(({ metadata }) => metadata?.name);
    for (const { persistentVolumeClaim: claim } of pod.volumes) if (claim) expect(claims).toContain(claim.claimName);
  });

  test("sets no variable that its program doesn't know, and no secret's value", async () => {
    if (main.name !== "cocov") return;
    const { effective } = await loadInstallation({ env: {}, config: {} });
    const known = effective.flatMap(({ meta }) => meta?.env ?? []);
    const secret = effective.flatMap(({ meta }) => (meta?.secret ? meta.env : []));
    for (const name of [...Object.keys(settings), ...env.map(({ name }) => name)]) {
      expect(known).toContain(name.replace(/_FILE$/, ""));
      expect(secret).not.toContain(name);
    }
  });
});

test("probes ask for paths that a process of that role answers", () => {
  const asked = workloads.flatMap(({ metadata, spec }) => {
    const [{ startupProbe, readinessProbe, livenessProbe }] = spec.template.spec.containers;
    return [startupProbe, readinessProbe, livenessProbe].flatMap((each) =>
      each ? `${metadata.name} ${each.httpGet.path}` : [],
    );
  });
  expect(asked.toSorted()).toEqual([
    "cocov-jobs /system/probes/liveness",
    "cocov-jobs /system/probes/liveness",
    "cocov-jobs /system/probes/readiness",
    "cocov-queue /live",
    "cocov-queue /ready",
    "cocov-web /system/probes/health",
    "cocov-web /system/probes/ready",
    "cocov-web /system/probes/startup",
  ]);
});

test("kustomizations name files that there are", async () => {
  for (const file of files.filter((name) => name.endsWith("kustomization.yaml"))) {
    const { resources: named } = z
      .object({ resources: z.array(z.string()) })
      .parse(Bun.YAML.parse(await Bun.file(join(folder, file)).text()));
    for (const name of named) expect(await Bun.file(join(folder, file, "..", name)).exists()).toBe(true);
  }
});
