import { AsyncLocalStorage } from "node:async_hooks";
import { z } from "zod";

/**
 * What somebody does: who, with which credential, from where, in which request. Whatever a request or a job causes belongs to its act,
 * and a job belongs to the act of what enqueued it, so that hours later it is still known who wanted it.
 */
export interface Act {
  /** The request it began with; null for what the platform does by itself. */
  readonly requestId: string | null;
  /** `user:ada`, `service:4`; null while nobody has shown who they are. */
  readonly actor: string | null;
  /** The kind of credential that was shown: `session`, `service`. Never the credential. */
  readonly credential: string | null;
  /** The caller's network address. */
  readonly address: string | null;
  /**
   * The span of a trace that it is part of, as a `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header): the caller's,
   * until an observer puts its own there.
   */
  readonly trace: string | null;
}

/** The act of nobody: schedules, start-up, the console. */
export const noAct: Act = { requestId: null, actor: null, credential: null, address: null, trace: null };

// Passed along by the runtime and not from hand to hand, because it has to reach what is committed through every function in between,
// those of other people's plugins included.
const acts = new AsyncLocalStorage<Act>();

/** @returns the act that the running code belongs to. It gets to know more, and may be more than an act: hand out {@link copyOf} it. */
export const runningAct = (): Act => acts.getStore() ?? noAct;

/** @returns an act as it is known by now, and nothing else */
export const copyOf = ({ requestId, actor, credential, address, trace }: Act): Act => ({
  requestId,
  actor,
  credential,
  address,
  trace,
});

/** @returns the act that the running code belongs to, as it is known by now */
export const currentAct = (): Act => copyOf(runningAct());

const kept = z.record(z.string(), z.string().nullable());

/** @returns the act as it is kept with a job; null for that of nobody */
export function keptAct(act: Act): Act | null {
  return Object.values(act).every((part) => part === null) ? null : act;
}

/** @param value what {@link keptAct} made, read from where it was kept. What an older release kept may lack parts. */
export function actOf(value: unknown): Act {
  const { data = {} } = kept.safeParse(value);
  const { requestId = null, actor = null, credential = null, address = null, trace = null } = data;
  return { requestId, actor, credential, address, trace };
}

/** Runs `work`, and all that it causes, as part of an act. */
export function during<T>(act: Act, work: () => T): T {
  return acts.run(act, work);
}
