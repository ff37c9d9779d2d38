import { definePlugin } from "../../core";
import auth from "../auth";
import checks, { workerTransport } from "../checks";
import repositories, { commitStored } from "../repositories";
import storage from "../storage";
import { errors } from "./errors";
import { createHandOut } from "./hand-out";
import { lostRuns } from "./jobs";
import { createLongPoll } from "./long-poll";
import { httpTransport, letGo } from "./queue";
import { leaseRoutes } from "./routes/leases";
import { queueRoutes } from "./routes/queue";
import * as tables from "./tables";

export default definePlugin({
  name: "worker-http",
  summary: "Gives runs to workers over HTTP: leases, archives, and the queue behind them",
  requires: [auth, repositories, storage, checks],
  tables,
  errors,
  setup({ db, log, core, use: { auth, storage, checks } }) {
    const worker = auth.service("worker");
    const handOut = createHandOut({ db, checks, storage, log });
    const longPoll = createLongPoll({ db, handOut });
    return {
      routes: [...leaseRoutes({ db, worker, handOut, longPoll, checks }), ...queueRoutes({ db, worker, storage })],
      jobs: [lostRuns({ db, checks })],
      on: [commitStored.handledBy((tx, { commitId }) => letGo(tx, commitId))],
      contribute: [workerTransport.with(httpTransport)],
      start: core.role === "jobs" ? undefined : longPoll.start,
      drain: longPoll.drain,
      stop: longPoll.stop,
    };
  },
});
