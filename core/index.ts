/**
 * What plugins import from the core. Nothing reaches around it.
 */

export { type Act, currentAct } from "./act/act";
export type { BoundedWork } from "./bounded-work/bounded-work";
export { type BoundedTask, defineBoundedTask, type Outcome } from "./bounded-work/task";
export { type Cipher, CipherError } from "./cipher/cipher";
export { type ConfigFile, defineConfig } from "./config/config-file";
export type { CoreSettings } from "./config/core-settings";
export { flag, setting, text as settingText, textList, webAddress, wholeNumber } from "./config/setting";
export * as column from "./database/columns";
export { isConnectionLoss, isForeignKeyViolation, isUniqueViolation } from "./database/database-errors";
export type { Database, Queryable, Transaction } from "./database/types";
export { type DomainEvent, defineEvent, type Events } from "./events/event";
export { type Credential, defineCredential } from "./http/credential";
export { ApiError, coreErrors, defineErrors, notFound } from "./http/errors";
export { anyone, type Guard, type RequestContext } from "./http/guard";
export type { MountedApp } from "./http/mounted-app";
export type { Page, PagingBlock } from "./http/paging";
export * as parameter from "./http/parameters";
export { type ParameterSchemas, type RawAnswer, type Route, route } from "./http/route";
export { timeMillis, timeSeconds } from "./http/time";
export { withHeaders } from "./http/with-headers";
export {
  type Death,
  type DeathHandler,
  defaultRetry,
  defineJob,
  type HandledJob,
  type Job,
  type JobRun,
  type Jobs,
  type RetryPolicy,
} from "./jobs/job";
export type { PausedName } from "./jobs/job-control";
export { type JobCount, type JobQuery, type JobState, jobStates, type ListedJob } from "./jobs/job-listing";
export type { Logger } from "./log";
export { type ConsoleEntry, definePlugin, type PluginContext, type PluginParts, type ReadinessCheck } from "./plugin/plugin";
export { type Contribution, type RequiredSlot, type Slot, type SlotOfAll, type SlotOfOne, slot } from "./plugin/slot";
export type { Slots } from "./plugin/slot-board";
