import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appKey } from "./authentication/app-key";
import { createTokens } from "./authentication/tokens";
import { createFetchLog, type FetchRecord } from "./git/fetch-log";
import { createGit } from "./git/git";
import { type ActiveFault, createFaults, type Fault } from "./http/faults";
import { listen } from "./http/listener";
import type { RequestRecord } from "./http/request-log";
import { type Authorization, walkThroughSignIn } from "./oauth/browser";
import { createOAuthState } from "./oauth/oauth-state";
import { completeOptions, type GitHubOptions } from "./options";
import { createRateLimit } from "./rate-limit";
import { createRestApi } from "./rest/rest-api";
import { apiPrefix, createHandler } from "./server";
import type { Site } from "./site";
import { type CommitStatus, createStatusStore, type StatusFilter } from "./statuses";
import { createDeliveries, type DeliveryOptions, type DeliveryRecord, type LostDeliveryOptions } from "./webhooks/deliveries";
import { createPayloads, type Payloads } from "./webhooks/payloads";
import { deliverPush, type PushedCommit, type PushOptions } from "./webhooks/push";
import { findUser } from "./world/lookup";
import { addRepository, type NewRepository } from "./world/new-repository";
import { addUser, type NewUser, removeMember, updateUser } from "./world/people";
import type { Repository } from "./world/repository";
import { addTeam, type TeamHandle } from "./world/teams";
import { createWorld, type User } from "./world/world";

/** A GitHub with one organization, one App installed on it, and whatever a test puts there. */
export type GitHubStandIn = {
  /** Web and git base, `http://127.0.0.1:<port>`. */
  url: string;
  /** REST base. */
  apiUrl: string;
  org: string;
  webhookSecret: string;
  /** @returns every `COCOV_GITHUB_*` setting for a platform that talks to this GitHub */
  environment(): Record<string, string>;

  addUser(user: NewUser): User;
  /** Changes the named properties only, as when somebody renames their account. */
  updateUser(user: User, changes: Partial<Omit<NewUser, "id">>): void;
  /** @throws {Error} when nobody has this login */
  user(login: string): User;
  /** Takes a person out of the organization and its repositories. */
  removeMember(user: User): void;
  addTeam(name: string): TeamHandle;
  addRepository(repository: NewRepository): Promise<Repository>;

  /** Whom the authorize page signs in from now on; null: it asks. */
  signInAs(user: User | null): void;
  /** Opens an authorize URL as this user's browser would. @returns what the redirect back carries */
  authorize(url: string, user: User): Promise<Authorization>;
  /** @returns a user token without the sign-in pages */
  userToken(user: User): string;
  installationToken(): string;
  /** Ends the tokens of a user, as when they revoke the grant; without one those of the installation. */
  revokeTokens(user?: User): void;
  /** @returns how many installation tokens were handed out */
  installationTokensIssued(): number;

  /** @returns commit statuses in the order of their arrival */
  statuses(filter?: StatusFilter): CommitStatus[];
  /** @returns the first status that matches, come or still to come; fails after `timeoutMs` (10,000) */
  waitForStatus(filter: StatusFilter, timeoutMs?: number): Promise<CommitStatus>;
  /** @returns git fetches, of one repository or of all */
  fetches(repository?: string): FetchRecord[];
  /** @returns all requests that arrived, oldest first */
  requests(): RequestRecord[];

  /** Where deliveries go unless told otherwise. */
  sendWebhooksTo(url: string): void;
  payloads: Payloads;
  /** Sends a signed delivery. @throws {Error} when the platform can't be reached */
  deliver(event: string, payload: object, options?: DeliveryOptions): Promise<Response>;
  /** Records a delivery that never arrived, for the platform to ask for again. */
  loseDelivery(event: string, payload: object, options?: LostDeliveryOptions): DeliveryRecord;
  /** Resolves when everything that the platform asked for again has been sent. */
  redelivered(): Promise<void>;
  /** @returns all delivery attempts, oldest first */
  deliveries(): DeliveryRecord[];
  /** Commits, then delivers the push event. */
  push(repository: Repository, options?: PushOptions): Promise<PushedCommit>;

  fail(fault?: Fault): ActiveFault;
  clearFaults(): void;
  /** Refuses connections, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** Stops for good and removes all files. */
  stop(): Promise<void>;
};

/** Starts a GitHub on a free port of 127.0.0.1. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubStandIn> {
  const settings = completeOptions(options);
  const folder = await mkdtemp(join(tmpdir(), "github-"));
  const git = await createGit(join(folder, "home"));
  const world = createWorld(settings.org, settings.basePermission);
  const { enterprise } = settings;
  const hook = {
    enterprise,
    secret: settings.webhookSecret,
    hookId: world.nextId(),
    appId: settings.appId,
    nextId: world.nextId,
  };
  const site: Site = {
    world,
    git,
    tokens: createTokens(settings.installationTokenSeconds),
    appId: settings.appId,
    publicKey: appKey().publicKey,
    installationId: settings.installationId,
    urls: { api: "", web: "" },
    statuses: createStatusStore(),
    fetches: createFetchLog(),
    deliveries: createDeliveries(hook),
    oauth: createOAuthState(settings.oauthClientId, settings.oauthClientSecret),
  };
  const faults = createFaults();
  const log: RequestRecord[] = [];
  const rateLimit = createRateLimit(enterprise);
  const handle = createHandler({ site, api: createRestApi(site, rateLimit.routes), rateLimit, faults, log, enterprise });
  const listener = await listen(handle);
  site.urls.web = `http://127.0.0.1:${listener.port}`;
  site.urls.api = `${site.urls.web}${apiPrefix}`;
  const payloads = createPayloads(site);

  return {
    url: site.urls.web,
    apiUrl: site.urls.api,
    org: settings.org,
    webhookSecret: settings.webhookSecret,
    environment: () => ({
      COCOV_GITHUB_ORG_NAME: settings.org,
      COCOV_GITHUB_APP_ID: `${settings.appId}`,
      COCOV_GITHUB_APP_PRIVATE_KEY: Buffer.from(appKey().privatePem).toString("base64"),
      COCOV_GITHUB_APP_INSTALLATION_ID: `${settings.installationId}`,
      COCOV_GITHUB_OAUTH_CLIENT_ID: settings.oauthClientId,
      COCOV_GITHUB_OAUTH_CLIENT_SECRET: settings.oauthClientSecret,
      COCOV_GITHUB_WEBHOOK_SECRET_KEY: settings.webhookSecret,
      COCOV_GITHUB_API_URL: site.urls.api,
      COCOV_GITHUB_URL: site.urls.web,
    }),
    addUser: (user) => addUser(world, user),
    updateUser,
    user(login) {
      const user = findUser(world, login);
      if (user === undefined) throw new Error(`nobody is called ${login}`);
      return user;
    },
    removeMember: (user) => removeMember(world, user),
    addTeam: (name) => addTeam(world, name),
    addRepository: (repository) => addRepository(world, git, folder, repository),
    signInAs(user) {
      site.oauth.signedIn = user?.login;
    },
    authorize: walkThroughSignIn,
    userToken: (user) => site.tokens.issueUserToken(user.id).token,
    installationToken: () => site.tokens.issueInstallationToken().token,
    revokeTokens: (user) => site.tokens.revoke(user?.id ?? null),
    installationTokensIssued: site.tokens.installationTokensIssued,
    statuses: site.statuses.list,
    waitForStatus: site.statuses.wait,
    fetches: site.fetches.list,
    requests: () => [...log],
    sendWebhooksTo: site.deliveries.sendTo,
    payloads,
    deliver: site.deliveries.deliver,
    loseDelivery: site.deliveries.lose,
    redelivered: site.deliveries.redelivered,
    deliveries: site.deliveries.list,
    push: (repository, pushOptions) => deliverPush(payloads, site.deliveries, repository, pushOptions),
    fail: (fault = {}) => faults.add(fault),
    clearFaults: faults.clear,
    down: listener.stop,
    up: listener.start,
    async stop() {
      await listener.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
