import { slot, type Transaction } from "../../../core";

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
export const webhook = slot.all<WebhookHandler>("github.webhook", { key: ({ name }) => name });

/** @throws Error that names the handlers whose names aren't in the form */
export function checkHandlers(handlers: readonly WebhookHandler[]): void {
  const wrong = handlers.map(({ name }) => name).filter((name) => !/^[\w.-]+$/.test(name));
  if (wrong.length > 0) throw new Error(`Webhook handlers need names of letters, digits, _, - and dots: ${wrong.join(", ")}`);
}
