/**
 * What plugins import from the core. Nothing reaches around it.
 */

export type { PlatformSettings } from "./app/platform-settings";
export { type Command, type CommandCall, type CommandResult, defineCommand } from "./commands/command";
export { type ConfigFile, defineConfig } from "./config/config-file";
export { flag, setting, text as settingText, textList, webAddress, wholeNumber } from "./config/setting";
export { type DomainEvent, defineEvent, type Events } from "./events/event";
export {
  type ConsoleEntry,
  definePlugin,
  type KnownPlugin,
  type PluginContext,
  type PluginParts,
  type ReadinessCheck,
} from "./plugin/plugin";
export { type Contribution, type RequiredSlot, type Slot, type SlotOfAll, type SlotOfOne, slot } from "./plugin/slot";
export type { Slots } from "./plugin/slot-board";
export * from "./services/backup";
export * from "./services/bounded-work";
export * from "./services/cipher";
export * from "./services/database";
export * from "./services/doctor";
export * from "./services/http";
export * from "./services/jobs";
export * from "./services/log";
export * from "./services/observation";
