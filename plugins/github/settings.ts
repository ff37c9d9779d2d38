import { z } from "zod";
import { flag, setting, settingText, webAddress, wholeNumber } from "../../core";
import { readPrivateKey } from "./private-key";

/** The environment variable of each setting. */
export const variables = {
  orgName: "COCOV_GITHUB_ORG_NAME",
  appId: "COCOV_GITHUB_APP_ID",
  appPrivateKey: "COCOV_GITHUB_APP_PRIVATE_KEY",
  appInstallationId: "COCOV_GITHUB_APP_INSTALLATION_ID",
  oauthClientId: "COCOV_GITHUB_OAUTH_CLIENT_ID",
  oauthClientSecret: "COCOV_GITHUB_OAUTH_CLIENT_SECRET",
  webhookSecret: "COCOV_GITHUB_WEBHOOK_SECRET_KEY",
  allowUnsignedWebhooks: "COCOV_ALLOW_UNSIGNED_WEBHOOKS",
  apiUrl: "COCOV_GITHUB_API_URL",
  webUrl: "COCOV_GITHUB_URL",
} as const;

/** Every one may be missing: the server starts without GitHub, and what needs a missing one says so. */
export const settingsSchema = z.object({
  orgName: setting(settingText.regex(/^[A-Za-z0-9_-]{1,100}$/).optional(), {
    env: variables.orgName,
    summary: "the organization this instance serves",
    accepts: "the organization's login: letters, digits and hyphens",
  }),
  appId: setting(wholeNumber(1).optional(), {
    env: variables.appId,
    summary: "id of the GitHub App",
    accepts: "a whole number, 1 or more",
  }),
  appPrivateKey: setting(settingText.refine((base64) => readPrivateKey(base64) !== null).optional(), {
    env: variables.appPrivateKey,
    summary: "the App's private key",
    accepts: "an RSA private key in PEM form, Base64-encoded",
    secret: true,
  }),
  appInstallationId: setting(wholeNumber(1).optional(), {
    env: variables.appInstallationId,
    summary: "id of the App's installation on the organization",
    accepts: "a whole number, 1 or more",
  }),
  oauthClientId: setting(settingText.optional(), { env: variables.oauthClientId, summary: "the App's OAuth client" }),
  oauthClientSecret: setting(settingText.optional(), {
    env: variables.oauthClientSecret,
    summary: "the OAuth client's secret",
    secret: true,
  }),
  webhookSecret: setting(settingText.optional(), {
    env: variables.webhookSecret,
    summary: "secret under which GitHub signs webhooks",
    secret: true,
  }),
  allowUnsignedWebhooks: setting(flag.default(false), {
    env: variables.allowUnsignedWebhooks,
    summary: "accept webhooks while there is no secret; for development only",
  }),
  apiUrl: setting(webAddress.default("https://api.github.com"), {
    env: variables.apiUrl,
    summary: "GitHub's REST API; https://HOST/api/v3 with GitHub Enterprise Server",
    accepts: "an absolute http:// or https:// URL",
  }),
  webUrl: setting(webAddress.default("https://github.com"), {
    env: variables.webUrl,
    summary: "GitHub's OAuth pages, and git over HTTP",
    accepts: "an absolute http:// or https:// URL",
  }),
});

export type Settings = z.output<typeof settingsSchema>;
