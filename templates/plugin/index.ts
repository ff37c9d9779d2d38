import { defineErrors, definePlugin } from "cocov/core";
import auth from "cocov/plugins/auth";
import { noteReaders } from "./readers";
import { noteRoutes } from "./routes";
import { notes } from "./tables";
import { handleTellReaders } from "./tell-readers";

export { type Note, noteReaders } from "./readers";

export default definePlugin({
  name: "my-plugin",
  summary: "Takes down notes and passes them on",
  version: "0.1.0",
  compatibility: "^0.1.0",
  requires: [auth],
  tables: { notes },
  migrations: `${import.meta.dir}/migrations`,
  errors: defineErrors({
    "my_plugin.missing_text": [400, "`text` is missing: what do you want to note?"],
  }),
  slots: [noteReaders],
  setup: ({ db, jobs, slots, use: { auth } }) => ({
    routes: noteRoutes({ db, jobs, auth }),
    jobs: [handleTellReaders({ db, readers: slots.all(noteReaders) })],
  }),
});
