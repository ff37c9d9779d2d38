import { randomInt } from "node:crypto";
import { type ApiError, type Cipher, currentAct, type Database, type Logger } from "../../../core";
import { errors } from "../errors";
import { countRefusal, forgetRefusals } from "./count-refusal";
import { networkOf } from "./network";
import { createRecentRefusals } from "./recent-refusals";

/** New places after which a process looks whether there are too many. */
const tidiedAfter = 1000;
const context = "refusals.source:platform:network";

/**
 * Limits how often one place may be refused, in all processes together. Only failures count and only failures are limited, so that who
 * shows the right credential passes, whatever else comes from their address. Weaker than it looks where proxies aren't trusted: everybody
 * behind them is one place. When the database fails it limits nobody.
 */
export interface RequestLimits {
  /**
   * To be asked when a credential was refused: the same one again counts once.
   * @param shown what was refused
   * @returns `refusal`, or `request.rate_limited` when the place was refused too many others
   */
  credential(shown: string, refusal: ApiError): Promise<ApiError>;
  /** The same for a sign-in that can't be finished; each counts. */
  exchange(refusal: ApiError): Promise<ApiError>;
}

interface Parts {
  db: Database;
  log: Logger;
  cipher: Cipher;
  /** Refusals of a kind that one place may have in a minute; 0: as many as it likes. */
  limit: number;
}

export function createRequestLimits({ db, log, cipher, limit }: Parts): RequestLimits {
  const recent = createRecentRefusals();
  const turns = new Map<string, Promise<unknown>>();
  let newPlaces = 0;

  async function judge(kind: "credential" | "exchange", mark: number, refusal: ApiError): Promise<ApiError> {
    const source = cipher.keyedHash(`${kind} ${networkOf(currentAct().address ?? "")}`, context).subarray(0, 16);
    const key = source.toString("latin1");
    // One after the other: of a thousand at once, all but the first few find in memory what became of those.
    const turn = (turns.get(key) ?? Promise.resolve()).then(() => heldOff({ source, key, mark }));
    turns.set(key, turn);
    try {
      const seconds = await turn;
      return seconds === null ? refusal : errors.fail("request.rate_limited", undefined, { "retry-after": String(seconds) });
    } finally {
      if (turns.get(key) === turn) turns.delete(key);
    }
  }

  /** @returns for how many seconds; null when it is within the limit */
  async function heldOff({ source, key, mark }: { source: Buffer; key: string; mark: number }): Promise<number | null> {
    if (beyond(key, mark) === null && !recent.of(key).has(mark)) {
      try {
        const { refused, isNew } = await countRefusal(db, { source, mark, limit });
        recent.remember(key, refused);
        if (isNew && ++newPlaces % tidiedAfter === 0) await forgetRefusals(db);
      } catch (error) {
        log.warn({ err: error }, "a refusal wasn't counted: who is refused too often isn't held off");
        return null;
      }
    }
    return beyond(key, mark);
  }

  function beyond(key: string, mark: number): number | null {
    const ends = recent.of(key);
    const [firstEnd] = ends.values();
    if (firstEnd === undefined || ends.size < limit || ends.has(mark)) return null;
    return Math.max(1, Math.ceil((firstEnd - performance.now()) / 1000));
  }

  if (limit === 0) return { credential: async (_shown, refusal) => refusal, exchange: async (refusal) => refusal };
  return {
    credential: (shown, refusal) => judge("credential", cipher.keyedHash(shown, context).readUIntBE(0, 6), refusal),
    exchange: (refusal) => judge("exchange", randomInt(2 ** 48 - 1), refusal),
  };
}
