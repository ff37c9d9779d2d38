import type { Logger } from "pino";
import type { RequestContext } from "./guard";

/** A request that has been answered. */
export interface ServedAnswer {
  readonly method: string;
  /** The route's path as declared; null when no route matched. Raw paths are nobody's business: they may hold secrets. */
  readonly route: string | null;
  /** 499 when the caller went away first. */
  readonly status: number;
  readonly milliseconds: number;
}

/**
 * @returns the logger for {@link logAnswer}: without redaction, which costs more than the rest of a line, as its fields are known
 */
export const accessLogger = (log: Logger): Logger => log.child({}, { redact: { paths: [] } });

/** @param quiet logs success at `debug`: probes would drown everything else */
export function logAnswer(log: Logger, context: RequestContext, answer: ServedAnswer, quiet: boolean): void {
  const level = levelOf(answer.status, quiet);
  if (!log.isLevelEnabled(level)) return;
  log[level](
    {
      requestId: context.requestId,
      method: answer.method,
      route: answer.route,
      status: answer.status,
      ms: Math.round(answer.milliseconds * 100) / 100,
      actor: context.actor ?? undefined,
      address: context.address,
    },
    "request",
  );
}

function levelOf(status: number, quiet: boolean): "debug" | "info" | "warn" | "error" {
  if (status >= 500) return "error";
  if (status >= 400 && status !== 499) return "warn";
  return quiet ? "debug" : "info";
}
