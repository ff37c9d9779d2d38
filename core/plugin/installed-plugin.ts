import type { FoundPlugin } from "./found-plugin";
import type { PluginParts } from "./plugin";

/** A plugin that has been set up. */
export interface InstalledPlugin extends FoundPlugin {
  readonly parts: PluginParts<unknown>;
}
