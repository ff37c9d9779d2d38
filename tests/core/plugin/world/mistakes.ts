import { afterEach } from "bun:test";
import { loadInstallation } from "../../../../core/app/installation";
import { previewSetUp } from "../../../../core/app/set-up";
import { StartupError } from "../../../../core/startup-error";
import { makeProject, type TestProject } from "../../../support/project";

const projects: TestProject[] = [];

/** Removes the projects of the calling file's tests. Call it once per file. */
export function removeProjects(): void {
  afterEach(async () => {
    for (const project of projects.splice(0)) await project.remove();
  });
}

export interface Surroundings {
  env?: Record<string, string>;
  config?: unknown;
  /** Changes the project's folder before it is started. */
  prepare?: (root: string) => Promise<unknown>;
}

/** @returns the sentences with which the project refuses to start; none when it would start */
export async function mistakes(
  files: Record<string, string>,
  { env = {}, config = {}, prepare }: Surroundings = {},
): Promise<readonly string[]> {
  const project = await makeProject(files);
  projects.push(project);
  await prepare?.(project.root);
  try {
    previewSetUp(await loadInstallation({ root: project.root, env, config }));
    return [];
  } catch (error) {
    if (error instanceof StartupError) return error.problems.map((problem) => problem.replaceAll(project.root, "ROOT"));
    throw error;
  }
}
