import backup from "./backup/service";
import boundedWork from "./bounded-work/service";
import cipher from "./cipher/service";
import console from "./console/service";
import database from "./database/service";
import doctor from "./doctor/service";
import embeddedPostgres from "./embedded-postgres/service";
import http from "./http/service";
import inspection from "./inspection/service";
import jobs from "./jobs/service";
import log from "./log/service";
import observation from "./observation/service";
import pluginFiles from "./plugin-files/service";

/** The platform's services, each after what it needs: the order in which they open and start. They stop in the opposite one. */
export const services = [
  pluginFiles,
  log,
  observation,
  embeddedPostgres,
  cipher,
  database,
  boundedWork,
  http,
  jobs,
  console,
  inspection,
  backup,
  doctor,
] as const;
