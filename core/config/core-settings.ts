import { z } from "zod";
import { isProxyRange } from "../services/http/trusted-proxies";
import { readQueueUrl } from "../services/jobs/bunqueue/queue-url";
import { flag, setting, text, textList, webAddress, wholeNumber } from "./setting";

/** The section `core`: settings that belong to no plugin. */
export const coreSettingsSchema = z.object({
  dataDir: setting(text.default(".cocov"), {
    env: "COCOV_DATA_DIR",
    summary: "folder for everything kept on local disk by default",
  }),
  databaseUrl: setting(text.regex(/^postgres(ql)?:\/\//).optional(), {
    env: ["COCOV_DATABASE_URL", "DATABASE_URL"],
    summary: "PostgreSQL server, 14 or newer; without it an embedded one runs under the data folder",
    accepts: "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    secret: true,
  }),
  databaseHost: setting(text.regex(/^(\/.*|[\w.-]+)$/).optional(), {
    env: "COCOV_DATABASE_HOST",
    summary: "the same in parts, used when no URL is set: the server's host, or the folder of its unix socket",
    accepts: "a host's name, an IPv4 address, or an absolute path",
  }),
  databasePort: setting(wholeNumber(1, 65_535).optional(), {
    env: "COCOV_DATABASE_PORT",
    summary: "its port; 5432 unless given",
  }),
  databaseName: setting(text.optional(), {
    env: "COCOV_DATABASE_NAME",
    summary: "the database; called like the user unless given",
  }),
  databaseUsername: setting(text.optional(), {
    env: "COCOV_DATABASE_USERNAME",
    summary: "the user; the one this process runs as unless given",
  }),
  databasePassword: setting(z.string().min(1).optional(), {
    env: "COCOV_DATABASE_PASSWORD",
    summary: "the user's password",
    secret: true,
  }),
  databasePool: setting(wholeNumber(5, 1000).default(10), {
    env: "COCOV_DATABASE_POOL",
    summary: "database connections per process",
  }),
  autoMigrate: setting(flag.default(true), {
    env: "COCOV_AUTO_MIGRATE",
    summary: "apply pending migrations at start; off: the process isn't ready while there are any",
  }),
  queueUrl: setting(text.refine((url) => readQueueUrl(url) !== null).optional(), {
    env: "COCOV_QUEUE_URL",
    summary: "bunqueue servers; without them jobs are timed inside this process",
    accepts: "bunqueue://HOST:PORT, several separated by commas",
  }),
  role: setting(z.enum(["all", "web", "jobs"]).default("all"), {
    env: "COCOV_ROLE",
    summary: "what this process does: HTTP, jobs, or both",
    accepts: "all, web or jobs",
  }),
  host: setting(text.default("127.0.0.1"), { env: "COCOV_HOST", summary: "address HTTP listens on" }),
  port: setting(wholeNumber(0, 65_535).default(3000), {
    env: ["COCOV_PORT", "PORT"],
    summary: "port HTTP listens on; 0 picks a free one",
  }),
  trustProxy: setting(z.union([flag, textList.refine((entries) => entries.every(isProxyRange))]).default(false), {
    env: "COCOV_TRUST_PROXY",
    summary: "proxies whose X-Forwarded-For, -Proto and -Host are believed",
    accepts: "true, false, or addresses and CIDR ranges separated by commas",
  }),
  probeAddress: setting(text.default("0.0.0.0"), {
    env: "COCOV_SIDEKIQ_PROBE_ADDRESS",
    summary: "address of the probes of a process that only runs jobs",
  }),
  probePort: setting(wholeNumber(0, 65_535).default(8668), {
    env: "COCOV_SIDEKIQ_PROBE_PORT",
    summary: "port of the probes of a process that only runs jobs",
  }),
  uiBaseUrl: setting(webAddress.default("http://localhost:4000"), {
    env: "COCOV_UI_BASE_URL",
    summary: "address of the web UI; target of the links that are sent out",
    accepts: "an absolute http:// or https:// URL",
  }),
  cryptographicKey: setting(z.string().regex(keyPattern()).optional(), {
    env: "COCOV_CRYPTOGRAPHIC_KEY",
    summary: "encrypts what must be readable again; made once and kept in the data folder when the database is embedded",
    accepts: "32 hexadecimal characters",
    secret: true,
  }),
  cryptographicPreviousKeys: setting(textList.pipe(z.array(z.string().regex(keyPattern()))).default([]), {
    env: "COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS",
    summary: "earlier keys: still decrypt, never encrypt",
    accepts: "keys of 32 hexadecimal characters, separated by commas",
    secret: true,
  }),
  logLevel: setting(z.enum(["debug", "info", "warn", "error", "silent"]).default("info"), {
    env: "COCOV_LOG_LEVEL",
    summary: "least severe level that is logged",
    accepts: "debug, info, warn, error or silent",
  }),
  pluginsDisabled: setting(textList.default([]), {
    env: "COCOV_PLUGINS_DISABLED",
    summary: "plugins switched off, on top of the configuration file's",
    accepts: "plugin names, separated by commas",
  }),
  keepDeadJobsDays: setting(wholeNumber(1, 3650).default(30), {
    env: "COCOV_KEEP_DEAD_JOBS_DAYS",
    summary: "how long jobs that ran out of attempts are kept",
    accepts: "a whole number from 1 to 3650",
  }),
  shutdownSeconds: setting(wholeNumber(1, 600).default(25), {
    env: "COCOV_SHUTDOWN_SECONDS",
    summary: "how many seconds a stop may take in all, whatever it waits for",
  }),
});

/** Settings that belong to no plugin, validated. */
export type CoreSettings = z.output<typeof coreSettingsSchema>;

function keyPattern(): RegExp {
  return /^[0-9a-fA-F]{32}$/;
}
