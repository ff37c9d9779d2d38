import type { Clients } from "./clients";
import type { Deliveries } from "./deliveries/deliveries";
import type { OAuth } from "./oauth";
import type { Octokit } from "./octokit";
import type { Reach } from "./reach";
import type { RequiredSettings } from "./required-settings";
import type { PostStatus } from "./statuses/status";

/** The way to GitHub. Whatever needs a setting that isn't there throws ApiError `github.not_configured`. */
export interface GitHub extends OAuth {
  /** @returns login of the organization this platform serves */
  orgName(): string;
  /** The same for showing it: empty while it isn't configured. */
  displayName(): string;
  /** As the App's installation, for jobs: patient with timeouts and rate limits. Call it inside {@link reach}. */
  installation(): Octokit;
  /** The same for requests a user waits on: a few seconds and one retry. */
  installationNow(): Octokit;
  /** With a user's token; as quick as `installationNow`, or as patient as `installation`. */
  asUser(token: string, options?: { inJob?: boolean }): Octokit;
  /**
   * Makes calls and tells "no usable answer" from "GitHub says no".
   * @throws ApiError `github.unavailable` for network errors, timeouts, 5xx, rate limits and refused App credentials; Octokit's
   * `RequestError` with its `status` otherwise
   */
  readonly reach: Reach;
  /** @returns a token of the App's installation that lasts some minutes at least, for git over HTTP (user `x-access-token`) */
  installationToken(): Promise<string>;
  /** Call it when git was refused with that token, so that the next attempt has another one: the App's calls see to it themselves. */
  forgetInstallationToken(): Promise<void>;
  /** @returns where git fetches the repository of that name, without credentials */
  gitUrl(repositoryName: string): string;
  readonly postStatus: PostStatus;
  /** What GitHub delivered. */
  readonly deliveries: Deliveries;
}

interface Parts {
  webUrl: string;
  displayName: string | undefined;
  clients: Clients;
  reach: Reach;
  required: RequiredSettings;
  oauth: OAuth;
  postStatus: PostStatus;
  deliveries: Deliveries;
}

export function createGitHub({ webUrl, displayName, clients, reach, required, oauth, postStatus, deliveries }: Parts): GitHub {
  return {
    ...oauth,
    orgName: required.orgName,
    displayName: () => displayName ?? "",
    installation: clients.installation,
    installationNow: clients.installationNow,
    asUser: clients.asUser,
    reach,
    installationToken: () => reach(clients.installationToken),
    forgetInstallationToken: clients.forgetInstallationToken,
    gitUrl: (repositoryName) => `${webUrl}/${required.orgName()}/${encodeURIComponent(repositoryName)}.git`,
    postStatus,
    deliveries,
  };
}
