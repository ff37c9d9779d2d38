import { defineConfig } from "../core";

/**
 * The platform's configuration. Everything here has a default, and environment variables win over this file:
 * `bun run config` prints each setting with its value, its meaning and its variable.
 */
export default defineConfig({
  plugins: {
    // Names of plugins to switch off, e.g. ["issues"]. `bun run plugins` lists them.
    disabled: [],
    // Plugins from elsewhere: package names, or paths from the project's folder, e.g. ["cocov-plugin-slack", "./acme/slack"].
    load: [],
    // true: one from elsewhere that can't be used is left out, with a warning; false: the platform doesn't start.
    optional: false,
  },
  // Settings that belong to no plugin, e.g. { port: 8080, host: "0.0.0.0" }.
  core: {},
  // Settings of plugins, by plugin name, e.g. { github: { orgName: "acme" } }.
  settings: {},
});
