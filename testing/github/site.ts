import type { Authentication } from "./authentication/caller";
import type { FetchLog } from "./git/fetch-log";
import type { Git } from "./git/git";
import type { OAuthState } from "./oauth/oauth-state";
import type { StatusStore } from "./statuses";
import type { Deliveries } from "./webhooks/deliveries";

/** Bases of all URLs, without a slash at the end. */
export type Urls = { api: string; web: string };

/** Everything that answers are made of. */
export type Site = Authentication & {
  urls: Urls;
  git: Git;
  installationId: number;
  statuses: StatusStore;
  fetches: FetchLog;
  deliveries: Deliveries;
  oauth: OAuthState;
};
