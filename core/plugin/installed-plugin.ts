import type { AnyPlugin, PluginParts } from "./plugin";

/** A plugin that has been set up. */
export interface InstalledPlugin {
  readonly plugin: AnyPlugin;
  readonly origin: string;
  readonly parts: PluginParts<unknown>;
}
