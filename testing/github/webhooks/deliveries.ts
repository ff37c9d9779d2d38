import { createHmac } from "node:crypto";
import { z } from "zod";

/** A delivery as GitHub records it. */
export type DeliveryRecord = {
  /** Changes with each attempt. */
  id: number;
  /** The `X-GitHub-Delivery` header; the same for all attempts. */
  guid: string;
  event: string;
  action: string | null;
  repositoryId: number | null;
  at: Date;
  redelivery: boolean;
  /** Seconds until the answer. */
  duration: number;
  /** `OK`, the status text of a refusal, or what kept it from arriving. */
  status: string;
  /** Status of the answer; 502 or 504 when none came. */
  statusCode: number;
  url: string;
  /** The exact bytes sent, as text. */
  body: string;
};

/** How to send one delivery; whatever is left out is as GitHub does it. */
export type DeliveryOptions = {
  /** Delivery id. Default: a fresh UUID. */
  id?: string;
  /** Default: the webhook URL set with `sendWebhooksTo`. */
  to?: string;
  /** Signs with another secret. */
  secret?: string;
  /** Sends this as `X-Hub-Signature-256`; null leaves it out. */
  signature?: string | null;
  /** Sends these bytes instead of the payload's JSON. */
  body?: string;
  /** Adds or replaces headers; null leaves one out. */
  headers?: Record<string, string | null>;
};

export type LostDeliveryOptions = Pick<DeliveryOptions, "id"> & {
  /** When it was lost. Default: now. */
  at?: Date;
};

/** The App's webhook and its log of deliveries. */
export type Deliveries = {
  /** @throws {Error} when no URL is known, or the server can't be reached (recorded all the same) */
  deliver(event: string, payload: object, options?: DeliveryOptions): Promise<Response>;
  /** Records a delivery that never arrived, as when the server was down. */
  lose(event: string, payload: object, options?: LostDeliveryOptions): DeliveryRecord;
  /** Sends a recorded delivery again, in the background; the log says what came of it. */
  redeliver(record: DeliveryRecord): void;
  /** Resolves when everything that is being sent again has been answered. */
  redelivered(): Promise<void>;
  sendTo(url: string): void;
  /** @returns where they go; null while nobody has said */
  url(): string | null;
  /** @returns all attempts, oldest first */
  list(): DeliveryRecord[];
};

/** What deliveries are made with: ids go up, the secret signs. */
export type Hook = { secret: string; hookId: number; appId: number; nextId(): number; enterprise: boolean };

/** GitHub gives up after this. */
const patienceMs = 10_000;

const payloadShape = z.object({ action: z.string().optional(), repository: z.object({ id: z.number() }).optional() });

export function createDeliveries(hook: Hook): Deliveries {
  const records: DeliveryRecord[] = [];
  const underWay = new Set<Promise<unknown>>();
  let webhookUrl: string | undefined;

  return {
    deliver(event, payload, options = {}) {
      const body = options.body ?? JSON.stringify(payload);
      return send(begin(event, payload, body, options), options);
    },
    lose(event, payload, options = {}) {
      const record = { ...begin(event, payload, JSON.stringify(payload), options), ...(options.at && { at: options.at }) };
      finish(record, "failed to connect to host", 502);
      return record;
    },
    redeliver(record) {
      const again = { ...record, id: hook.nextId(), at: new Date(), redelivery: true };
      const sending = send(again, { to: webhookUrl ?? record.url }).catch(() => undefined);
      underWay.add(sending);
      void sending.finally(() => underWay.delete(sending));
    },
    async redelivered() {
      await Promise.all(underWay);
    },
    sendTo(url) {
      webhookUrl = url;
    },
    url: () => webhookUrl ?? null,
    list: () => [...records],
  };

  function begin(event: string, payload: object, body: string, options: DeliveryOptions): DeliveryRecord {
    const { action, repository } = payloadShape.safeParse(payload).data ?? {};
    return {
      id: hook.nextId(),
      guid: options.id ?? crypto.randomUUID(),
      event,
      action: action ?? null,
      repositoryId: repository?.id ?? null,
      at: new Date(),
      redelivery: false,
      duration: 0,
      status: "pending",
      statusCode: 0,
      url: options.to ?? webhookUrl ?? "",
      body,
    };
  }

  async function send(record: DeliveryRecord, options: DeliveryOptions): Promise<Response> {
    const url = options.to ?? webhookUrl;
    if (url === undefined) throw new Error("nowhere to deliver to: pass `to`, or call sendWebhooksTo(url) first");
    record.url = url;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: deliveryHeaders(hook, record, options),
        body: record.body,
        signal: AbortSignal.timeout(patienceMs),
        redirect: "manual",
      });
      finish(record, response.ok ? "OK" : response.statusText || `${response.status}`, response.status);
      return response;
    } catch (error) {
      const timedOut = error instanceof DOMException && error.name === "TimeoutError";
      finish(record, timedOut ? "timed out" : "failed to connect to host", timedOut ? 504 : 502);
      throw error;
    }
  }

  function finish(record: DeliveryRecord, status: string, statusCode: number): void {
    record.duration = (Date.now() - record.at.getTime()) / 1000;
    record.status = status;
    record.statusCode = statusCode;
    records.push(record);
  }
}

/** The headers of https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers. */
function deliveryHeaders(hook: Hook, record: DeliveryRecord, options: DeliveryOptions): Headers {
  const secret = options.secret ?? hook.secret;
  const hmac = (algorithm: "sha1" | "sha256") => createHmac(algorithm, secret).update(record.body).digest("hex");
  const headers = new Headers({
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/044aadd",
    "x-github-delivery": record.guid,
    "x-github-event": record.event,
    "x-github-hook-id": `${hook.hookId}`,
    "x-github-hook-installation-target-id": `${hook.appId}`,
    "x-github-hook-installation-target-type": "integration",
  });
  if (hook.enterprise) {
    headers.set("x-github-enterprise-host", "github.example.org");
    headers.set("x-github-enterprise-version", "3.17.2");
  }
  if (options.signature === undefined) {
    headers.set("x-hub-signature", `sha1=${hmac("sha1")}`);
    headers.set("x-hub-signature-256", `sha256=${hmac("sha256")}`);
  } else if (options.signature !== null) {
    headers.set("x-hub-signature-256", options.signature);
  }
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return headers;
}
