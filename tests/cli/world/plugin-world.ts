import { afterAll } from "bun:test";
import { join, relative } from "node:path";
import { loadInstallation, projectRoot } from "../../../core/app/installation";
import { createTestDatabase } from "../../../testing/databases";
import { testEnvironment } from "../../../testing/server";
import { makeProject } from "../../support/project";

const { on } = await loadInstallation({ env: {}, config: {} });
const others = on.map(({ plugin: { name } }) => name).join(",");

export interface PluginWorld {
  /** The environment of a process with no plugin but a test's own, on a new and empty database. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly databaseUrl: string;
}

/**
 * Makes a world for the calling file, or for one of its tests, which it lasts as long as.
 * @param files of the plugin: path -> content, each path beginning with its folder
 */
export async function pluginWorld(
  files: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<PluginWorld> {
  const database = await createTestDatabase();
  const project = await makeProject(files);
  const [folder = ""] = Object.keys(files).map((path) => path.split("/", 1)[0]);
  const path = relative(projectRoot, join(project.root, folder));
  await Bun.write(join(project.root, "cocov.config.ts"), `export default { plugins: { load: [${JSON.stringify(path)}] } };`);
  afterAll(async () => {
    await database.drop();
    await project.remove();
  });
  const env = {
    ...testEnvironment(database.url, join(project.root, "data")),
    COCOV_CONFIG: join(project.root, "cocov.config.ts"),
    COCOV_PLUGINS_DISABLED: others,
    ...more,
  };
  return { env, databaseUrl: database.url };
}
