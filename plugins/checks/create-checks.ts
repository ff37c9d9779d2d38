import { eq } from "drizzle-orm";
import { type Given, preparedRead } from "../../core";
import type { GitHub } from "../github";
import type { CommitStorage } from "../storage";
import { listChecks } from "./check-set/check-rows";
import { findCheckSet, findCheckSetOfJob, lockCheckSetOfJob, runOf } from "./check-set/check-set-rows";
import { isFinished, isRunning } from "./check-set/check-set-states";
import type { Checks } from "./checks";
import type { Manifests } from "./manifest/manifests";
import type { Announce } from "./run/announce";
import type { RunEnd } from "./run/end";
import { createQueueEntry } from "./run/queue-entry";
import { assertCurrent } from "./run/worker-reports";
import type { MountSecrets, Run } from "./slots";
import { checkSets } from "./tables";

interface Parts {
  github: GitHub;
  storage: CommitStorage;
  secrets: () => MountSecrets | undefined;
  end: RunEnd;
  announce: Announce;
  readManifest: Checks["readManifest"];
  manifests: Manifests;
}

/** Makes what other plugins get of this one. */
export function createChecks({ github, storage, secrets, end, announce, readManifest, manifests }: Parts): Checks {
  return {
    readManifest,
    excluded: manifests.excluded,
    queueEntry: createQueueEntry({ github, storage, secrets, end }),

    async excludePatterns(q, commitId) {
      const [set] = await patternsOf(q, { commitId });
      return set?.excludePaths ?? [];
    },

    async pluginNames(q, commitId) {
      return (await listChecks(q, commitId)).map(({ pluginName }) => pluginName);
    },

    async haveResults(q, commitId) {
      const status = (await findCheckSet(q, commitId))?.status;
      return status === "completed" || status === "errored";
    },

    async assertCurrentRun(tx, commitId, jobId) {
      assertCurrent(await findCheckSet(tx, commitId), jobId);
    },

    async heardFrom({ sql }, jobId) {
      await sql`
        UPDATE check_sets SET last_callback_at = now() WHERE job_id = ${jobId} AND status IN ('queued', 'in_progress')`;
    },

    async run(q, jobId) {
      const set = await findCheckSetOfJob(q, jobId);
      const run = set && runOf(set);
      return run ? { ...run, finished: isFinished(set.status), canceling: set.canceling } : undefined;
    },

    async runs({ sql }, after, limit) {
      return await sql<Run[]>`
        SELECT s.job_id AS "jobId", s.id AS "checkSetId", s.commit_id AS "commitId", c.repository_id AS "repositoryId"
          FROM check_sets s JOIN commits c ON c.id = s.commit_id
         WHERE s.status IN ('queued', 'in_progress') AND s.job_id IS NOT NULL AND s.id > ${after} ORDER BY s.id LIMIT ${limit}`;
    },

    async giveUp(tx, jobId, reason) {
      const set = await lockCheckSetOfJob(tx, jobId);
      if (!set || !isRunning(set.status)) return false;
      await end.breakOff(tx, set, { reason });
      return true;
    },

    async takenBack(tx, jobId) {
      const set = await lockCheckSetOfJob(tx, jobId);
      if (!set?.canceling || !isRunning(set.status)) return false;
      await end.breakOff(tx, set, "canceled");
      return true;
    },

    async issuesRecounted(tx, commitId, active) {
      const set = await findCheckSet(tx, commitId);
      if (set?.status !== "completed") return false;
      await announce(tx, set, { issues: active });
      return true;
    },
  };
}

const patternsOf = preparedRead((orm, { commitId }: Given<{ commitId: number }>) =>
  orm.select({ excludePaths: checkSets.excludePaths }).from(checkSets).where(eq(checkSets.commitId, commitId)),
);
