import { definePlugin, doctorCheck } from "../../core";
import { createClients } from "./clients";
import { deliveryAsking } from "./deliveries/ask-again";
import { type CountDelivery, deliveriesTotal } from "./deliveries/counter";
import { createDeliveries } from "./deliveries/deliveries";
import { deliveryForgetting } from "./deliveries/forget";
import { deliveryHandling } from "./deliveries/handle-delivery";
import { createRecorder } from "./deliveries/record";
import { webhookRoutes } from "./deliveries/routes";
import { deliverySweep } from "./deliveries/sweep";
import { checkHandlers, webhook } from "./deliveries/webhook";
import { gitHubChecks } from "./doctor-checks";
import { installationToken } from "./encrypted";
import { errors } from "./errors";
import { createGitHub } from "./github";
import { hostMistake } from "./host-mistake";
import { createOAuth } from "./oauth";
import { createRateLimit, rateLimitRemaining } from "./rate-limit";
import { createReach } from "./reach";
import { gitHubReadiness } from "./readiness";
import { requiredSettings } from "./required-settings";
import { settingsSchema } from "./settings";
import { signatureGuard } from "./signature";
import { createPostStatus, statusSending } from "./statuses/post-status";
import * as tables from "./tables";

export { type Deliveries, deliveryStates, type ListedDelivery } from "./deliveries/deliveries";
export { type WebhookHandler, webhook } from "./deliveries/webhook";
export { errors } from "./errors";
export type { GitHub } from "./github";
export type { Octokit } from "./octokit";
export type { CommitStatus } from "./statuses/status";

export default definePlugin({
  name: "github",
  summary: "Talks to GitHub: its API, its webhooks, commit statuses, and the OAuth pages",
  config: settingsSchema,
  tables,
  encrypted: [installationToken],
  errors,
  slots: [webhook],
  setup({ db, jobs, slots, log, cipher, observe, config }) {
    const { apiUrl, webUrl, webhookSecret: secret, allowUnsignedWebhooks: allowUnsigned } = config;
    const required = requiredSettings(config, log);
    const reach = createReach(log);
    const rateLimit = createRateLimit();
    observe.gauge(rateLimitRemaining, rateLimit.read);
    const clients = createClients({ db, cipher, log, observe, rateLimit, apiUrl, webUrl, required });
    const oauth = createOAuth({ webUrl, clients, reach, required, log });
    const api = createGitHub({
      webUrl,
      displayName: config.orgName,
      clients,
      reach,
      required,
      oauth,
      postStatus: createPostStatus(jobs),
      deliveries: createDeliveries({ db, jobs }),
    });
    const handlers = slots.all(webhook);
    const deliveriesCounter = observe.counter(deliveriesTotal);
    const count: CountDelivery = (event, outcome) =>
      deliveriesCounter({ event: handlers().some((handler) => handler.event === event) ? event : "other", outcome });
    return {
      api,
      routes: webhookRoutes({
        signed: signatureGuard({ secret, allowUnsigned }),
        record: createRecorder({ db, jobs, handlers, count }),
      }),
      jobs: [
        deliveryHandling({ db, handlers, count }),
        deliveryForgetting,
        deliverySweep({ db, clients, reach, required }),
        deliveryAsking({ clients, reach }),
        statusSending({ db, jobs, clients, reach, required }),
      ],
      readiness: [gitHubReadiness({ clients, reach, required })],
      contribute: gitHubChecks({ clients, reach, required, config }).map((check) => doctorCheck.with(check)),
      console: {
        github: {
          summary: 'await github.installation().rest.repos.get({ owner: github.orgName(), repo: "web" }) and the like',
          value: api,
        },
      },
      async start() {
        checkHandlers(handlers());
        const missing = required.missing();
        if (missing.length > 0) log.warn({ missing }, `GitHub isn't fully configured; missing: ${missing.join(", ")}`);
        const mistake = hostMistake(config);
        if (mistake !== null) log.warn(mistake);
        if (secret === undefined && allowUnsigned) {
          log.warn("unsigned webhooks are accepted: anybody who reaches this server can pretend to be GitHub");
        }
      },
    };
  },
});
