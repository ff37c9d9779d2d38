import { z } from "zod";
import { clockFinding, type DoctorCheck, type Finding } from "../../core";
import type { Clients } from "./clients";
import { attemptsOnGitHub } from "./deliveries/on-github";
import type { Octokit } from "./octokit";
import type { Reach } from "./reach";
import type { RequiredSettings } from "./required-settings";
import type { Settings } from "./settings";
import { lackingEvents, lackingPermissions } from "./wanted-of-app";

interface Parts {
  clients: Clients;
  reach: Reach;
  required: RequiredSettings;
  config: Settings;
}

const granted = z.object({ permissions: z.record(z.string(), z.string()), events: z.array(z.string()) });
const installed = granted.extend({ account: z.object({ login: z.string() }), suspended_at: z.string().nullish() });

/** Whether GitHub's side is as the platform needs it. */
export function gitHubChecks(parts: Parts): DoctorCheck[] {
  const { clients, reach, required } = parts;
  const check = (name: string, look: (octokit: Octokit) => Promise<Finding>): DoctorCheck => ({
    name,
    needsDatabase: false,
    async look() {
      const missing = required.missing();
      if (missing.length === 0) return await look(clients.installationOnce());
      return {
        state: "warning",
        summary: `GitHub isn't fully configured; missing: ${missing.join(", ")}.`,
        remedy: "Set these: docs/github-app.md says where their values are.",
      };
    },
  });
  return [
    check("github-app", async (octokit) => {
      const app = granted.parse((await reach(() => octokit.request("GET /app"))).data);
      const { installationId: installation_id } = required.app();
      const installation = await reach(() => octokit.request("GET /app/installations/{installation_id}", { installation_id }));
      return aboutApp(app, installed.parse(installation.data), required.orgName());
    }),
    check("github-webhooks", async (octokit) => {
      const hook = hookConfig.parse((await reach(() => octokit.request("GET /app/hook/config"))).data);
      return await aboutWebhook(hook, parts, octokit);
    }),
    check("github-clock", async (octokit) => {
      const before = Date.now();
      const { headers } = await reach(() => octokit.request("GET /app"));
      const after = Date.now();
      const theirs = Date.parse(headers.date ?? "");
      if (Number.isNaN(theirs)) return { state: "ok", summary: "GitHub doesn't tell its time." };
      // The header tells whole seconds.
      return clockFinding("GitHub", theirs + 500 - (before + after) / 2, (after - before) / 2 + 500);
    }),
  ];
}

function aboutApp(app: z.output<typeof granted>, installation: z.output<typeof installed>, organization: string): Finding {
  const failing = (summary: string, remedy: string): Finding => ({ state: "failing", summary, remedy });
  const { login } = installation.account;
  if (login.toLowerCase() !== organization.toLowerCase()) {
    return failing(
      `The installation is ${login}'s, but COCOV_GITHUB_ORG_NAME is ${organization}.`,
      "Set COCOV_GITHUB_APP_INSTALLATION_ID to that of the organization's installation, or correct the organization's name.",
    );
  }
  if (installation.suspended_at) {
    return failing(
      `The installation is suspended since ${installation.suspended_at}.`,
      "Have an owner of the organization unsuspend it.",
    );
  }
  const permissions = lackingPermissions(app.permissions);
  const events = lackingEvents(app.events);
  if (permissions.length + events.length > 0) {
    return failing(
      [
        ...(permissions.length > 0 ? [`The App lacks the permissions ${permissions.join(", ")}.`] : []),
        ...(events.length > 0 ? [`It isn't subscribed to ${events.join(", ")}.`] : []),
      ].join(" "),
      'Add them on the App\'s page, under "Permissions & events"; then have an owner of the organization accept them.',
    );
  }
  const unaccepted = lackingPermissions(installation.permissions);
  if (unaccepted.length > 0) {
    return failing(
      `The organization hasn't accepted the App's permissions ${unaccepted.join(", ")}.`,
      "Have an owner of the organization review the App's request under its installed GitHub Apps.",
    );
  }
  return { state: "ok", summary: `The App is installed on ${login} with all permissions and events that are needed.` };
}

const hookConfig = z.object({
  url: z.string().nullish(),
  content_type: z.string().nullish(),
  insecure_ssl: z.union([z.string(), z.number()]).nullish(),
  secret: z.string().nullish(),
});

/** Where deliveries are taken in. */
const path = "/v1/github/events";
/** Attempts that are looked at, and how many of them may fail before that is told of. */
const latest = 20;

async function aboutWebhook(hook: z.output<typeof hookConfig>, { config, reach }: Parts, octokit: Octokit): Promise<Finding> {
  const remedy = `On the App's page set the webhook's URL to https://YOUR-COCOV${path}, as GitHub reaches it, with the content type application/json and the secret of COCOV_GITHUB_WEBHOOK_SECRET_KEY.`;
  const url = URL.parse(hook.url ?? "");
  if (!url) return { state: "failing", summary: "The App has no webhook URL: nothing is told to the platform.", remedy };
  const wrong = [
    ...(url.pathname.endsWith(path) ? [] : [`its path isn't ${path}`]),
    ...(hook.content_type === "json" ? [] : ["its content type isn't application/json"]),
    ...(hook.secret || config.webhookSecret === undefined ? [] : ["it has no secret, so all that arrives is refused"]),
    ...(isLocal(url.hostname) && !isLocal(new URL(config.apiUrl).hostname) ? ["GitHub can't reach that host"] : []),
  ];
  if (wrong.length > 0)
    return {
      state: "failing",
      summary: `The App's webhook goes to ${url.origin}${url.pathname}: ${wrong.join("; ")}.`,
      remedy,
    };
  let attempts: { arrived: boolean }[] = [];
  for await (const page of attemptsOnGitHub(octokit, reach, { failed: false })) {
    attempts = page.slice(0, latest);
    break;
  }
  const failed = attempts.filter(({ arrived }) => !arrived).length;
  const summary = `GitHub delivers to ${url.origin}${url.pathname}; ${failed} of its latest ${attempts.length} attempts failed.`;
  if (failed > attempts.length / 4) {
    return {
      state: "warning",
      summary,
      remedy:
        "Look at the App's page, under Advanced, for what it was answered; the platform asks for those again that didn't arrive.",
    };
  }
  if (url.protocol !== "https:" || String(hook.insecure_ssl ?? "0") !== "0") {
    return {
      state: "warning",
      summary: `${summary} Nobody checks that it is the platform that answers.`,
      remedy: "Use https with a certificate, and let GitHub verify it.",
    };
  }
  return { state: "ok", summary };
}

const isLocal = (host: string): boolean => /^(localhost|127\.|\[?::1\]?$|0\.0\.0\.0)/.test(host);
