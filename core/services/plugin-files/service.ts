import { join } from "node:path";
import { z } from "zod";
import { defineService } from "../../app/service";
import { discoverPlugins } from "./discover";

export default defineService({
  name: "pluginFiles",
  summary: "Finds plugins in the project's folder, in other folders and in packages, and imports them",
  settings: z.object({}),
  needs: [],
  findPlugins: (root, load) => discoverPlugins(join(root, "plugins"), load, root),
  open: () => ({ api: undefined }),
  preview: () => undefined,
});
