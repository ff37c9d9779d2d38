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
export type { BoundedWork } from "./services/bounded-work/bounded-work";
export { type BoundedTask, defineBoundedTask, type Outcome } from "./services/bounded-work/task";
export { type Cipher, CipherError } from "./services/cipher/cipher";
export * as column from "./services/database/columns";
export { isConnectionLoss, isForeignKeyViolation, isUniqueViolation } from "./services/database/database-errors";
export { type Given, preparedRead } from "./services/database/prepared-read";
export { type RowOf, rowColumns } from "./services/database/row-columns";
export type { Database, Queryable, Transaction } from "./services/database/types";
export { type Credential, defineCredential } from "./services/http/credential";
export { ApiError, coreErrors, defineErrors, notFound } from "./services/http/errors";
export { anyone, type Guard, type RequestContext } from "./services/http/guard";
export type { MountedApp } from "./services/http/mounted-app";
export type { Page, PagingBlock } from "./services/http/paging";
export { paging } from "./services/http/paging-json";
export * as parameter from "./services/http/parameters";
export { type ParameterSchemas, type RawAnswer, type Route, route } from "./services/http/route";
export { timeMillis, timeSeconds } from "./services/http/time";
export { withHeaders } from "./services/http/with-headers";
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
} from "./services/jobs/job";
export type { PausedName } from "./services/jobs/job-control";
export { type JobCount, type JobQuery, type JobState, jobStates, type ListedJob } from "./services/jobs/job-listing";
export type { Logger } from "./services/log/logger";
export { type Act, currentAct } from "./services/observation/act";
export type { CallObservation } from "./services/observation/observation";
export type { Observer, Observers, Surroundings } from "./services/observation/observer";
