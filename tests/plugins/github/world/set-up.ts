import { pino } from "pino";
import { readSection } from "../../../../core/config/read-section";
import { createEvents } from "../../../../core/events/emitter";
import { createSlotBoard } from "../../../../core/plugin/slot-board";
import { createBoundedWork } from "../../../../core/services/bounded-work/bounded-work";
import { createCipher } from "../../../../core/services/cipher/cipher";
import github, { webhook } from "../../../../plugins/github";
import { settingsSchema } from "../../../../plugins/github/settings";
import { type TestServer, testKey } from "../../../../testing/server";

/** Sets the plugin up once more, as another process on the server's database would, and hands out what it offers. */
export function setUpGitHub(server: TestServer, env: Record<string, string | undefined>) {
  const lines: string[] = [];
  const { values, problems } = readSection("github", settingsSchema, {}, env);
  if (!values) throw new Error(problems.join(" "));
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  const parts = github.setup({
    use: {},
    db: server.app.db,
    jobs: server.app.jobs,
    events: createEvents([]),
    slots: createSlotBoard([webhook]),
    log,
    config: values,
    core: server.app.installation.settings,
    cipher: createCipher(testKey),
    boundedWork: createBoundedWork({ log }),
    installed: () => [],
    observe: server.app.services.observation,
  });
  const { api, readiness } = parts;
  if (!api || !readiness?.[0]) throw new Error("the plugin offers no API or no readiness check");
  return { api, readiness: readiness[0], logs: () => lines.join("") };
}

/** @returns what a call is rejected with: an API error's code, else the HTTP status of Octokit's error */
export async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    if (error instanceof Error && "code" in error) return error.code;
    return error instanceof Error && "status" in error ? error.status : error;
  }
  throw new Error("the call succeeded");
}
