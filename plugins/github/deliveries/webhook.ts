import { defineSlot, type Transaction } from "../../../core";

/** What a plugin does when GitHub tells an event. */
export interface WebhookHandler {
  /** GitHub's name of the event, as in `X-GitHub-Event`: `push`. */
  readonly event: string;
  /** Unique, `<plugin>.<what it does>`: letters, digits, `_`, `-` and dots. Jobs carry it, so it must last. */
  readonly name: string;
  /**
   * Takes effect in the given transaction, which also marks the delivery as handled. When it throws, nothing is committed and it is
   * repeated later; handlers of the same delivery don't affect each other.
   * @param payload as GitHub sent it: parse it, and take a missing part for "not meant for us"
   * @param delivery.sequence grows with each delivery recorded; retries keep theirs
   */
  handle(tx: Transaction, payload: unknown, delivery: { sequence: number }): Promise<void>;
}

/**
 * Extension point: handlers of GitHub's webhooks.
 *
 * @example
 * contribute: [webhook.with({ event: "push", name: "repositories.push", handle: async (tx, payload) => { … } })]
 */
export const webhook = defineSlot<WebhookHandler>("github.webhook");

/** @throws Error that names the handlers whose names aren't unique or not in the form */
export function checkHandlers(handlers: readonly WebhookHandler[]): void {
  const names = handlers.map(({ name }) => name);
  const wrong = names.filter((name, index) => !/^[\w.-]+$/.test(name) || names.indexOf(name) !== index);
  if (wrong.length > 0)
    throw new Error(`Webhook handlers need unique names of letters, digits, _, - and dots: ${wrong.join(", ")}`);
}
