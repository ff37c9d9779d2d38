import { slot, type Transaction } from "../../../core";

/** What a plugin does when GitHub tells an event. */
export interface WebhookHandler {
  /** GitHub's name of the event, as in `X-GitHub-Event`: `push`. Or all events but some, if their payload has a part of that name. */
  readonly event: string | { readonly allBut: readonly string[]; readonly having: string };
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

/**
 * @param payload JSON; it isn't parsed, so one in whose depths a part is called alike is taken to have it as well
 * @returns whether a handler is there for a delivery
 */
export function handles({ event: wanted }: WebhookHandler, event: string, payload: string): boolean {
  if (typeof wanted === "string") return wanted === event;
  return !wanted.allBut.includes(event) && new RegExp(`"${RegExp.escape(wanted.having)}"\\s*:`).test(payload);
}

/** @throws Error that names the handlers whose names aren't in the form */
export function checkHandlers(handlers: readonly WebhookHandler[]): void {
  const wrong = handlers.map(({ name }) => name).filter((name) => !/^[\w.-]+$/.test(name));
  if (wrong.length > 0) throw new Error(`Webhook handlers need names of letters, digits, _, - and dots: ${wrong.join(", ")}`);
}
