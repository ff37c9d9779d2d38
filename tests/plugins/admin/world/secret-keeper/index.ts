import { definePlugin } from "../../../../../core";
import admin, { sidebarCounter } from "../../../../../plugins/admin";

/** Keeps three secrets, and eleven of something that no client has heard of yet. */
export default definePlugin({
  name: "secret-keeper",
  summary: "Says that it keeps secrets",
  version: "1.0.0",
  compatibility: "*",
  requires: [admin],
  setup: () => ({
    contribute: [
      sidebarCounter.with({ key: "secrets", count: async () => 3 }),
      sidebarCounter.with({ key: "rules", count: async () => 11 }),
    ],
  }),
});
