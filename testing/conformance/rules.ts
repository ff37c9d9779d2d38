import { documentsItsRoutes } from "./documentation";
import { declaresItsErrorCodes } from "./error-codes";
import type { Rule } from "./examined";
import { importsOnlyPublicModules } from "./imports";
import { namesItsJobs, saysWhatHappensWhenJobsFail } from "./jobs";
import * as manifest from "./manifest";
import { ownsItsSlotsAndEvents } from "./slots-and-events";
import { writesOnlyToItsTables } from "./written-tables";

/** All that can be asked of a plugin without a database. */
export const rules: Readonly<Record<string, Rule>> = {
  "is called like its folder": manifest.calledLikeItsFolder,
  "says in one line what it is for": manifest.saysWhatItIsFor,
  "says its version and for which of the platform's it is made": manifest.saysItsVersions,
  "brings the migrations of its tables": manifest.bringsItsMigrations,
  "says of every setting what it means and which variable sets it": manifest.describesItsSettings,
  "describes what it puts into the console": manifest.describesItsConsole,
  "says of each command, its arguments and its options what they are for": manifest.describesItsCommands,
  "names its jobs after itself and says what each does": namesItsJobs,
  "says of each job what people see when it fails for a day": saysWhatHappensWhenJobsFail,
  "declares error codes that some route or guard can answer with, with statuses of errors": declaresItsErrorCodes,
  "declares every slot and event that it makes": ownsItsSlotsAndEvents,
  "documents its routes": documentsItsRoutes,
  "imports the core, its own folder and what it requires, nothing else": importsOnlyPublicModules,
  "writes only to its own tables": writesOnlyToItsTables,
};
