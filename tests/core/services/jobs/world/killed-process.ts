// Runs as a child process that its test kills: a job runner on the database given as the first argument. It starts with the first
// line on stdin and stops in good order when stdin ends.
import { pino } from "pino";
import { openDatabase } from "../../../../../core/services/database/database";
import { createJobLedger } from "../../../../../core/services/jobs/ledger";
import { createJobRunner } from "../../../../../core/services/jobs/runner";
import { leaveEffect, quick, wordJob } from "./job-world";

const [, , url = "", queueUrl] = Bun.argv;
const log = pino({ level: "error" }, { write: (line: string) => void process.stderr.write(line) });
const db = openDatabase({ url, poolSize: 10, log });
const ledger = createJobLedger({ db });
const job = wordJob("tests.survivor", { attempts: 100, concurrency: 8 });
const handled = job.handledBy(async ({ word }, run) => {
  await Bun.sleep(Math.random() * 20);
  await run.complete((tx) => leaveEffect(tx, word));
});
const timing = { ...quick, stale: 0.5, lease: 0.5 };
const runner = createJobRunner({ db, ledger, handled: [handled], queueUrl, log, processName: "child", timing });
const stdin = Bun.stdin.stream().getReader();
await stdin.read();
await runner.start();
while (!(await stdin.read()).done);
await runner.stop();
await db.close();
