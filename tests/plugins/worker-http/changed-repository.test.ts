import { expect, test } from "bun:test";
import { json, webhookUrl } from "../../../testing/factories";
import { useWorkerWorld } from "./world";

const world = await useWorkerWorld();
const { server, github, onGitHub, token } = world;

const archiveOf = (jobId: string) => server.request("GET", `/v1/worker/jobs/${jobId}/archive`, { token });

test("a run that waits while its repository is renamed is given out under the new name, with its archive", async () => {
  onGitHub.rename("renamed");
  const payload = github.payloads.repository(onGitHub, "renamed");
  expect((await github.deliver("repository", payload, { to: webhookUrl(server) })).status).toBe(200);
  await server.app.jobs.idle();
  const { job, lease } = await world.lease();
  const folder = new Bun.CryptoHasher("sha1").update("renamed").digest("hex");
  expect(job).toMatchObject({ repo: "renamed", git_storage: { path: expect.stringContaining(`/${folder}/${job.sha}`) } });
  expect((await archiveOf(job.job_id)).status).toBe(200);
  expect((await world.post(`/v1/worker/leases/${lease.id}/release`)).status).toBe(204);
});

test("a run whose repository is deleted is nobody's any more: the worker that has it learns so, others don't get it", async () => {
  const { job, lease } = await world.lease();
  const payload = github.payloads.repository(onGitHub, "deleted");
  expect((await github.deliver("repository", payload, { to: webhookUrl(server) })).status).toBe(200);
  await server.app.jobs.idle();
  const lost = await world.post(`/v1/worker/leases/${lease.id}/renew`);
  expect((await json<{ code: string }>(lost, 404)).code).toBe("worker.lease_lost");
  expect((await json<{ code: string }>(await archiveOf(job.job_id), 404)).code).toBe("not_found");
  const commit = `/v1/repositories/${job.repo_id}/commits/${job.sha}`;
  for (const call of ["check_set/notify_in_progress", "checks/wrap_up"]) {
    expect((await world.post(`${commit}/${call}`)).status).toBe(404);
  }
  expect((await world.ask()).status).toBe(204);
  expect(await server.app.jobs.dead()).toEqual([]);
});
