import { createBoundedWork } from "../bounded-work/bounded-work";
import { createCipher } from "../cipher/cipher";
import { openDatabase } from "../database/database";
import { createEvents } from "../events/emitter";
import { createJobLedger } from "../jobs/ledger";
import { createLogger } from "../log";
import { createSlotBoard } from "../plugin/slot";
import type { Installation } from "./installation";
import { type InstalledPlugin, setUpPlugins } from "./set-up";

/**
 * Sets the plugins up to look at what they bring, without a database: `setup` only declares, so nothing is connected to.
 * @throws StartupError as starting would
 */
export function previewPlugins(installation: Installation): InstalledPlugin[] {
  const log = createLogger("silent");
  const db = openDatabase({ url: "postgres://nowhere.invalid/nothing", poolSize: 1, log });
  return setUpPlugins(installation, {
    db,
    jobs: createJobLedger({ db }),
    events: createEvents(),
    slots: createSlotBoard(),
    log,
    cipher: createCipher("0".repeat(32)),
    boundedWork: createBoundedWork({ log }),
  });
}
