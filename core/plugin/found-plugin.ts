import type { AnyPlugin, PluginParts } from "./plugin";

/** A plugin as somebody found it. */
export interface FoundPlugin {
  readonly plugin: AnyPlugin;
  /** Where it came from, for messages: a path or a package name. */
  readonly origin: string;
  /** Whether the configuration names it, instead of its being in the project's own folder. */
  readonly elsewhere: boolean;
  /** Absolute: where its `index.ts` is. */
  readonly folder: string;
  /** Its own; the platform's for the project's own plugins; null when it doesn't say. */
  readonly version: string | null;
}

/** Something that was to be a plugin and can't be used. */
export interface UnusablePlugin extends Pick<FoundPlugin, "origin" | "elsewhere"> {
  /** A sentence. */
  readonly reason: string;
  /** It only imports what can't be used, which is told of. */
  readonly isConsequence: boolean;
}

/** What came of looking for plugins. */
export interface Discovery {
  readonly found: readonly FoundPlugin[];
  readonly unusable: readonly UnusablePlugin[];
  /** What is wrong with the places of plugins as a whole. */
  readonly problems: readonly string[];
}

/** A plugin that has been set up. */
export interface InstalledPlugin extends FoundPlugin {
  readonly parts: PluginParts<unknown>;
}
