import { createAppAuth } from "@octokit/auth-app";
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import type { CallObservation, Cipher, Database, Logger } from "../../core";
import { boundedFetch } from "./bounded-fetch";
import { errors } from "./errors";
import { sharedTokens } from "./installation-tokens";
import { jobPatience, type Octokit, octokitFactory, type Patience, requestPatience, singleAttempt } from "./octokit";
import type { RateLimit } from "./rate-limit";
import type { RequiredSettings } from "./required-settings";

/** Octokits for everyone on whose behalf GitHub is called. Those of the installation throw `github.not_configured`. */
export interface Clients {
  /** As the App's installation, for jobs. */
  installation(): Octokit;
  /** The same for requests a user waits on. */
  installationNow(): Octokit;
  /** The same for callers that repeat it themselves. */
  installationOnce(): Octokit;
  asUser(token: string, options?: { inJob?: boolean }): Octokit;
  /** As nobody, on the website instead of the API: where codes are exchanged. */
  website(): Octokit;
  /** Asks for one unless one is at hand. @throws what a call of the installation throws */
  installationToken(): Promise<string>;
  /** Has the next call ask for a new token, here and in all processes that find it refused. */
  forgetInstallationToken(): Promise<void>;
}

interface Parts {
  db: Database;
  cipher: Cipher;
  log: Logger;
  observe: CallObservation;
  rateLimit: RateLimit;
  apiUrl: string;
  webUrl: string;
  required: RequiredSettings;
}

export function createClients({ db, cipher, log, observe, rateLimit, apiUrl, webUrl, required }: Parts): Clients {
  const make = octokitFactory({ apiUrl, log, observe });

  const tokenFetch = boundedFetch({ baseUrl: apiUrl, timeoutMs: requestPatience.timeoutMs });
  const tokens = once(() => sharedTokens({ db, cipher, log, scope: `${apiUrl}|${required.app().appId}` }));

  const asInstallation = (patience: Patience) =>
    once(() => {
      const cache = tokens();
      const warn = (message: string) => log.warn(message);
      const octokit = make(patience, { authStrategy: createAppAuth, auth: { ...required.app(), cache, log: { warn } } });
      octokit.hook.before("request", (options) => {
        // Whoever needs a token while one is being fetched waits for that one, users behind jobs included: so never for long.
        if (!isTokenRequest(options)) return;
        options.request = { ...options.request, retries: 0, fetch: tokenFetch };
      });
      octokit.hook.after("request", ({ headers }) => rateLimit.note(headers));
      octokit.hook.error("request", async (error) => {
        if (error instanceof RequestError && error.response) rateLimit.note(error.response.headers);
        if (!(error instanceof RequestError) || !refusesCredentials(error)) throw error;
        log.error({ error: error.message, status: error.status }, "GitHub refuses the App's credentials");
        await cache.forget();
        throw errors.fail("github.unavailable");
      });
      return octokit;
    });

  const installation = asInstallation(jobPatience);
  return {
    installation,
    installationNow: asInstallation(requestPatience),
    installationOnce: asInstallation(singleAttempt),
    asUser: (token, { inJob = false } = {}) => make(inJob ? jobPatience : requestPatience, { auth: token }),
    website: once(() => make(requestPatience, {}, webUrl)),
    async installationToken() {
      return tokenAnswer.parse(await installation().auth({ type: "installation" })).token;
    },
    forgetInstallationToken: () => tokens().forget(),
  };
}

const tokenAnswer = z.object({ token: z.string().min(1) });

/** With the installation's credentials, 401 never is about the caller; neither is a refused request for a token. */
function refusesCredentials({ status, request }: RequestError): boolean {
  return status === 401 || (status < 500 && isTokenRequest(request));
}

const isTokenRequest = ({ url }: { url: string }): boolean => url.endsWith("/access_tokens");

/** Makes the value on first use. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
