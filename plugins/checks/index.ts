import { z } from "zod";
import { definePlugin, setting, wholeNumber } from "../../core";
import auth from "../auth";
import github from "../github";
import repositories, { commitProgress, commitUse } from "../repositories";
import storage from "../storage";
import { checksProgress } from "./check-set/progress-source";
import { createChecks } from "./create-checks";
import { errors } from "./errors";
import { checkSetStarted, checkSetWrappedUp, runChanged } from "./events";
import { createManifests } from "./manifest/manifests";
import { createReadManifest } from "./manifest/read-manifest";
import { checkRoutes } from "./routes/checks";
import { runRoutes } from "./routes/runs";
import { workerRoutes } from "./routes/worker";
import { createAnnounce } from "./run/announce";
import { createRunEnd } from "./run/end";
import { checkReactions } from "./run/reactions";
import { createRunRequests } from "./run/requests";
import { createRunStart } from "./run/start";
import { handleRunChecks } from "./run/start-from-manifest";
import { createTransports } from "./run/transports";
import { checksUpkeep } from "./run/upkeep";
import { useForRuns } from "./run/use-of-commits";
import { createWorkerReports } from "./run/worker-reports";
import { issueCounts, mountSecrets, workerTransport } from "./slots";
import * as tables from "./tables";

export type { EndStatus } from "./check-set/check-set-states";
export type { Checks, RunState } from "./checks";
export { checkSetStarted, checkSetWrappedUp, runChanged } from "./events";
export type { Manifest, ManifestCheck, ManifestError, Mount } from "./manifest/manifest";
export { normalizePluginName } from "./manifest/plugin-name";
export type { ManifestReading } from "./manifest/read-manifest";
export { reportedRun } from "./routes/worker";
export type { QueuedCheck, QueuedMount, QueueEntry } from "./run/queue-entry";
export {
  type IssueCounts,
  issueCounts,
  type MountSecrets,
  mountSecrets,
  type Run,
  type WorkerTransport,
  workerTransport,
} from "./slots";

const seconds = wholeNumber(1, 31_536_000);

export default definePlugin({
  name: "checks",
  summary: "Reads commits' manifests, hands their checks to Workers, takes in the results and reports them to GitHub",
  requires: [auth, github, repositories, storage],
  config: z.object({
    cancelTimeout: setting(seconds.default(1500), {
      env: "COCOV_CHECKS_CANCEL_TIMEOUT",
      summary: "seconds without word from its Worker after which a run that is being canceled is ended",
    }),
    runTimeout: setting(seconds.default(10_800), {
      env: "COCOV_CHECKS_RUN_TIMEOUT",
      summary: "seconds without word from its Worker after which a run is ended as errored",
    }),
  }),
  tables,
  errors,
  slots: [workerTransport, issueCounts, mountSecrets],
  events: [checkSetStarted, checkSetWrappedUp, runChanged],
  setup({ db, events, jobs, slots, log, config, boundedWork, use: { repositories, storage, github } }) {
    const counts = slots.one(issueCounts);
    const secrets = slots.one(mountSecrets);
    const transports = createTransports(slots.all(workerTransport));
    const announce = createAnnounce({ github, uiBaseUrl: repositories.uiBaseUrl });
    const manifests = createManifests({ boundedWork, log });
    const readManifest = createReadManifest({ storage, manifests });
    const start = createRunStart({ events, storage, announce, transports, secrets, log });
    const end = createRunEnd({ events, announce, transports, counts, repositories });
    const requests = createRunRequests({ jobs, start, end, transports });
    const reports = createWorkerReports({ events, end, transports });
    const api = createChecks({ github, storage, secrets, end, announce, readManifest, manifests });
    const { guards } = repositories;
    return {
      api,
      routes: [
        ...checkRoutes({ db, repositories, counts }),
        ...runRoutes({ db, events, guards, requests }),
        ...workerRoutes({ db, guards, reports, transports }),
      ],
      jobs: [
        handleRunChecks({ db, repositories, storage, readManifest, start }),
        checksUpkeep({ db, start, end, transports, ...config }),
      ],
      on: checkReactions({ events, jobs, start, transports }),
      contribute: [commitProgress.with(checksProgress), commitUse.with(useForRuns)],
      console: { checks: { summary: "await checks.pluginNames(db, 31) and the like", value: api } },
    };
  },
});
