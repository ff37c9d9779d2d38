import type { Transaction } from "../services/database/types";
import type { DomainEvent, EventHandler, Events } from "./event";

/** {@link Events} whose handlers are registered while plugins are set up, before the first event is told. */
export interface EventEmitter extends Events {
  /** Adds a plugin's handlers. They run after those of the plugins registered before: register in dependency order. */
  register(handlers: readonly EventHandler[]): void;
}

/**
 * Makes the platform's events.
 * @param declared those of plugins that are on; telling another one throws
 */
export function createEvents(declared: readonly DomainEvent<unknown>[]): EventEmitter {
  const byEvent = new Map(declared.map(({ name }): [string, EventHandler[]] => [name, []]));
  return {
    register(handlers) {
      for (const handler of handlers) byEvent.get(handler.event)?.push(handler);
    },
    async emit<Payload>(tx: Transaction, event: DomainEvent<Payload>, payload: NoInfer<Payload>) {
      const handlers = byEvent.get(event.name);
      if (!handlers) throw new Error(`The event ${event.name} is told, but no plugin has it in the \`events\` of its manifest`);
      for (const { handle } of handlers) await handle(tx, payload);
    },
  };
}
