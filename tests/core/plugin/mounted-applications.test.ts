import { afterEach, expect, test } from "bun:test";
import { loadInstallation } from "../../../core/app/installation";
import { previewSetUp } from "../../../core/app/set-up";
import { StartupError } from "../../../core/startup-error";
import { makeProject, manifest, type TestProject } from "../../support/project";

let project: TestProject | undefined;
afterEach(async () => await project?.remove());

/** @returns the sentences with which a plugin that mounts applications at these paths is refused */
async function mistakesOf(...paths: readonly string[]): Promise<readonly string[]> {
  const mounts = paths.map(
    (path) => `{ path: "${path}", summary: "Pages", app: { handle: () => new Response() }, access: anyone }`,
  );
  const setup = `({ mount: [${mounts.join(", ")}] })`;
  project = await makeProject({
    "plugins/alpha/index.ts": manifest("alpha", { imports: 'import { anyone } from "cocov/core";', setup }),
  });
  try {
    previewSetUp(await loadInstallation({ root: project.root, env: {}, config: {} }));
    return [];
  } catch (error) {
    if (error instanceof StartupError) return error.problems;
    throw error;
  }
}

test("a plugin may mount applications", async () => {
  expect(await mistakesOf("/jobs", "/v1/uploads")).toEqual([]);
});

test.each([
  ["/jobs/", "without parameters or a slash at the end"],
  ["/jobs/:id", "without parameters or a slash at the end"],
  ["jobs", "A path like /jobs is accepted"],
  ["/swagger/more", "/swagger is the core's own"],
])("not at %s", async (path, reason) => {
  expect((await mistakesOf(path)).join()).toContain(reason);
});

test("not twice at one path, and not one below another", async () => {
  expect((await mistakesOf("/jobs", "/jobs")).join()).toContain('Plugin "alpha" declares the mounted path /jobs twice');
  expect((await mistakesOf("/jobs", "/jobs/dead")).join()).toContain("has the application that plugin");
});
