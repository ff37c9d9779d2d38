import type { Transaction } from "../services/database/types";

/** A domain event: something that happened, told to whoever registered for it, inside the transaction in which it happened. */
export interface DomainEvent<Payload> {
  /** Unique, `<thing>.<past participle>`: `commit.fetched`. */
  readonly name: string;
  /** Registers a handler: put the result into the list `on` that a plugin's `setup` returns. */
  handledBy(handle: (tx: Transaction, payload: Payload) => Promise<void>): EventHandler;
}

/** A handler as `setup` returns it. `handle` is only ever called with payloads of the event of that name. */
export interface EventHandler {
  readonly event: string;
  readonly handle: (tx: Transaction, payload: unknown) => Promise<void>;
}

/** Tells events. Every plugin gets it in `setup` as `events`. */
export interface Events {
  /**
   * Runs the event's handlers one after the other, plugins in dependency order, in the given transaction.
   * What a handler throws rolls the change back: a handler that can fail for reasons of its own enqueues a job instead.
   */
  emit<Payload>(tx: Transaction, event: DomainEvent<Payload>, payload: NoInfer<Payload>): Promise<void>;
}

/**
 * Declares a domain event. The plugin in whose domain it happens exports it.
 *
 * @example
 * export const commitFetched = defineEvent<{ commitId: number }>("commit.fetched");
 */
export function defineEvent<Payload>(name: string): DomainEvent<Payload> {
  return {
    name,
    handledBy: (handle) => ({ event: name, handle: (tx, payload) => handle(tx, payload as Payload) }),
  };
}
