import type { Transaction } from "../database/types";
import type { DomainEvent, EventHandler, Events } from "./event";

/** {@link Events} whose handlers are registered while plugins are set up, before the first event is told. */
export interface EventEmitter extends Events {
  /** Adds a plugin's handlers. They run after those of the plugins registered before: register in dependency order. */
  register(handlers: readonly EventHandler[]): void;
}

/** Makes the platform's events. @param handlersByPlugin the plugins' handlers, plugins in dependency order */
export function createEvents(handlersByPlugin: readonly (readonly EventHandler[])[] = []): EventEmitter {
  const byEvent = new Map<string, EventHandler[]>();
  const register = (handlers: readonly EventHandler[]): void => {
    for (const handler of handlers) byEvent.set(handler.event, [...(byEvent.get(handler.event) ?? []), handler]);
  };
  for (const handlers of handlersByPlugin) register(handlers);

  return {
    register,
    async emit<Payload>(tx: Transaction, event: DomainEvent<Payload>, payload: NoInfer<Payload>) {
      for (const { handle } of byEvent.get(event.name) ?? []) await handle(tx, payload);
    },
  };
}
