import { randomBytes } from "node:crypto";
import type { Permission } from "./world/world";

/** How this GitHub is set up; everything has a default. */
export type GitHubOptions = {
  /** Login of the organization. Default: `acme`. */
  org?: string;
  /** What every member may do in every repository. Default: `none`, so that tests see what they granted. */
  basePermission?: Permission | "none";
  appId?: number;
  installationId?: number;
  oauthClientId?: string;
  oauthClientSecret?: string;
  webhookSecret?: string;
  /** Life of an installation token. Default: 3600. */
  installationTokenSeconds?: number;
  /** Is a GitHub Enterprise Server: without rate limits, and with the headers that tell of it. Default: false. */
  enterprise?: boolean;
};

export function completeOptions(options: GitHubOptions): Required<GitHubOptions> {
  return {
    org: "acme",
    basePermission: "none",
    appId: 271_828,
    installationId: 31_415_926,
    oauthClientId: "Iv1.8a61f9b3a7aba766",
    oauthClientSecret: randomBytes(20).toString("hex"),
    webhookSecret: randomBytes(20).toString("hex"),
    installationTokenSeconds: 3600,
    enterprise: false,
    ...options,
  };
}
