import type { Logger } from "../../core";
import { errors } from "./errors";
import { readPrivateKey } from "./private-key";
import { type Settings, variables } from "./settings";

/** What acting as the App's installation takes. */
export interface AppCredentials {
  appId: number;
  /** PKCS#8 PEM. */
  privateKey: string;
  installationId: number;
}

/** Settings without which something can't be done. Each function throws ApiError `github.not_configured`; the log names what is missing. */
export interface RequiredSettings {
  orgName(): string;
  app(): AppCredentials;
  oauthClientId(): string;
  oauthClient(): { clientId: string; clientSecret: string };
  /** @returns the variables of everything that should be set and isn't */
  missing(): string[];
}

export function requiredSettings(settings: Settings, log: Logger): RequiredSettings {
  const { orgName, appId, appPrivateKey, appInstallationId, oauthClientId, oauthClientSecret } = settings;
  const notConfigured = (...keys: (keyof Settings)[]) => {
    log.warn({ missing: unset(settings, keys) }, "GitHub isn't configured: settings are missing");
    return errors.fail("github.not_configured");
  };
  return {
    orgName() {
      if (orgName === undefined) throw notConfigured("orgName");
      return orgName;
    },
    app() {
      const privateKey = appPrivateKey === undefined ? null : readPrivateKey(appPrivateKey);
      if (appId === undefined || privateKey === null || appInstallationId === undefined) {
        throw notConfigured("appId", "appPrivateKey", "appInstallationId");
      }
      return { appId, privateKey, installationId: appInstallationId };
    },
    oauthClientId() {
      if (oauthClientId === undefined) throw notConfigured("oauthClientId", "oauthClientSecret");
      return oauthClientId;
    },
    oauthClient() {
      if (oauthClientId === undefined || oauthClientSecret === undefined) {
        throw notConfigured("oauthClientId", "oauthClientSecret");
      }
      return { clientId: oauthClientId, clientSecret: oauthClientSecret };
    },
    missing() {
      const expected: (keyof Settings)[] = [
        "orgName",
        "appId",
        "appPrivateKey",
        "appInstallationId",
        "oauthClientId",
        "oauthClientSecret",
      ];
      return unset(settings, settings.allowUnsignedWebhooks ? expected : [...expected, "webhookSecret"]);
    },
  };
}

function unset(settings: Settings, keys: readonly (keyof Settings)[]): string[] {
  return keys.filter((key) => settings[key] === undefined).map((key) => variables[key]);
}
