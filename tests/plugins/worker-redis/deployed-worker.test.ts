import { expect, test } from "bun:test";
import { useRedisWorld } from "./world/redis-world";

const world = await useRedisWorld();
const { platform, worker, onList } = world;

/** Takes the entry of the only run that waits. */
async function take() {
  const entry = await worker.pop();
  if (!entry) throw new Error("no run waits");
  return entry;
}

test("an entry has exactly the bytes that Workers read", async () => {
  const admin = await platform.admin();
  const commit = await world.commitWith(
    `version: "0.1.alpha"
checks:
  - plugin: cocov/rubocop:v0.1
    envs: { TEST: "true", "ß": "1 < 2 & \\"3\\"" }
  - plugin: registry.example.org:5000/team/brakeman:v0.1
    mounts: [{ source: "secrets:GIT_CONFIG", destination: "~/test" }]
`,
    {
      async before(name) {
        const body = { name: "GIT_CONFIG", data: "[user]\n" };
        const made = await platform.request("POST", `/v1/repositories/${name}/secrets`, { token: admin, body });
        expect(made.status).toBe(201);
      },
    },
  );
  const [text = ""] = await onList();
  const entry = await take();
  const hash = new Bun.CryptoHasher("sha1").update(commit.name).digest("hex");
  expect(text).toBe(
    `{"check_set_id":${entry.check_set_id},"job_id":"${entry.job_id}","org":"acme","repo":"${commit.name}",` +
      `"repo_id":${commit.repositoryId},"sha":"${commit.sha}","checks":[` +
      `{"plugin":"cocov/rubocop:v0.1","envs":{"ß":"1 < 2 & \\"3\\"","TEST":"true"},"mounts":null},` +
      `{"plugin":"registry.example.org:5000/team/brakeman:v0.1","envs":null,` +
      `"mounts":[{"kind":"secret","authorization":"${entry.checks[1]?.mounts?.[0]?.authorization}","target":"~/test"}]}],` +
      `"git_storage":{"mode":"local","path":"${platform.dataDir}/git_storage/${hash}/${commit.sha}"}}`,
  );
  expect(await Bun.file(`${entry.git_storage.path}.tar.zst`).exists()).toBe(true);
  await worker.work(entry, (plugin) => (plugin.startsWith("cocov") ? {} : { output: "" }));
  expect(await commit.status()).toBe("errored");
  expect(await commit.output("team/brakeman")).toContain("without printing");
  await platform.idle();
  expect(await onList()).toEqual([]);
});
