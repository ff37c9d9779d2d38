import { type DestinationStream, type Logger, pino } from "pino";
import { logOutput } from "./log-output";
import { loggableError } from "./loggable-error";

/**
 * Names under which a secret could get into a log line; their values are replaced. A second line of defence: nothing is
 * logged that is known to hold one.
 */
const secretNames = ["authorization", "cookie", "token", "secret", "password", "private_key", "client_secret", "url.password"];

/**
 * @param level least severe level that is written
 * @param destination where lines go; stdout unless given
 * @returns the process's logger: one JSON object a line
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: loggableError },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" },
    },
    destination ?? logOutput(1),
  );
}

export type { Logger };
