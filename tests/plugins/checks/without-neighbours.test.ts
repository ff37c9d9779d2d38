import { expect, test } from "bun:test";
import { manifestOf, useChecksWorld } from "./world/checks-world";

const world = await useChecksWorld({}, []);

test("without a way to Workers checks stay queued, and the log says so", async () => {
  const commit = await world.commitWith(manifestOf("a/one"));
  expect(await commit.show()).toMatchObject({ status: "queued" });
  expect(world.server.logs()).toContain("no plugin that brings them to Workers is on");
});

test("what was given to nothing is canceled at once", async () => {
  const commit = await world.commitWith(manifestOf("a/one"));
  expect((await commit.cancel()).status).toBe(204);
  expect(await commit.show()).toMatchObject({ status: "canceled", checks: [{ status: "canceled" }] });
});

test("without somebody who keeps issues there are none", async () => {
  const commit = await world.commitWith(manifestOf("a/one"));
  await commit.begin();
  await commit.finish();
  expect(await commit.show()).toMatchObject({ status: "completed", issues: {}, commit: { issues_count: 0 } });
});

test("without somebody who keeps secrets every secret is unknown", async () => {
  const commit = await world.commitWith(
    `version: 0.1.alpha\nchecks: [{ plugin: a/b, mounts: [{ source: "secrets:FOO", destination: "/x" }] }]`,
  );
  expect(await commit.show()).toMatchObject({ status: "failure", failure_reason: "manifest_unknown_secret" });
});
