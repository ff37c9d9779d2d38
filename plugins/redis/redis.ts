import type { Transaction } from "../../core";

/** The Redis that is shared with Workers and the Cache service. */
export interface Redis {
  /** Whether there is one. Without it nothing can be sent; what is delivered waits until there is. */
  readonly configured: boolean;
  /**
   * Sends one command, at once. Never in a transaction, which would wait for it: what follows from a change is sent by a job.
   * @returns what Redis answers
   * @throws Error when it can't be reached, doesn't answer within 5 seconds, or refuses the command
   */
  send(command: string, args: readonly string[]): Promise<unknown>;
  /**
   * Appends a text to a list after the commit, and sees to it that somebody takes it off: it is pushed again when Redis lost it.
   * Redis may be down meanwhile, for days; the order of several isn't kept. When Redis loses what it had just after the text was taken, or
   * forgets single keys for want of memory, a text may be pushed twice, so it should be such that doing what it says twice does no harm.
   */
  deliver(tx: Transaction, message: Message): Promise<void>;
}

/** A text for a list. No two may be equal. */
export interface Message {
  readonly list: string;
  /** No secrets: it is kept among the jobs until it has been taken. */
  readonly text: string;
}
