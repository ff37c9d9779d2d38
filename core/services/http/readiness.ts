import type { Logger } from "pino";
import { within } from "../../app/within";
import type { ReadinessCheck } from "../../plugin/plugin";

type State = Awaited<ReturnType<ReadinessCheck["check"]>>;

/** Whether a process can do its work now, and how each thing stands that it depends on. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, State>>;
}

/** How long one check may take before it counts as failing, in milliseconds. */
const patience = 3000;

/**
 * Joins checks into one question. Probes ask without a credential and as often as they like, so a check that hasn't ended isn't
 * begun once more: who asks meanwhile waits for the same one. A check that throws or takes too long is failing; that it does, and
 * that it doesn't any more, is logged once.
 * @returns asks every check at once
 */
export function createReadiness(log: Logger, checks: readonly ReadinessCheck[]): () => Promise<Readiness> {
  const running = new Map<ReadinessCheck, Promise<State>>();
  const failing = new Set<ReadinessCheck>();

  function begun(check: ReadinessCheck): Promise<State> {
    const begunBefore = running.get(check);
    if (begunBefore) return begunBefore;
    const asked = Promise.try(check.check).finally(() => running.delete(check));
    running.set(check, asked);
    return asked;
  }

  async function stateOf(check: ReadinessCheck): Promise<State> {
    let reason: unknown;
    const state = await withinPatience(begun(check)).catch((error: unknown): State => {
      reason = error;
      return "failing";
    });
    if (state === "failing" && !failing.has(check)) log.warn({ check: check.name, err: reason }, "a readiness check fails");
    if (state !== "failing" && failing.has(check)) log.info({ check: check.name }, "a readiness check is well again");
    if (state === "failing") failing.add(check);
    else failing.delete(check);
    return state;
  }

  return async () => {
    const states = await Promise.all(checks.map(async (check) => ({ check, state: await stateOf(check) })));
    return {
      ready: states.every(({ check, state }) => !check.required || state === "ok"),
      checks: Object.fromEntries(states.map(({ check, state }) => [check.name, state])),
    };
  };
}

async function withinPatience(asked: Promise<State>): Promise<State> {
  const state = await within(patience, asked);
  if (state === undefined) throw new Error(`no answer within ${patience / 1000} seconds`);
  return state;
}
