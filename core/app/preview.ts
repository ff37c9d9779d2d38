import type { InstalledPlugin } from "../plugin/installed-plugin";
import { createBoundedWork } from "../services/bounded-work/bounded-work";
import { createCipher } from "../services/cipher/cipher";
import { openDatabase } from "../services/database/database";
import { createJobLedger } from "../services/jobs/ledger";
import { createLogger } from "../services/log/logger";
import type { Installation } from "./installation";
import { setUpPlugins } from "./set-up";

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
    log,
    cipher: createCipher("0".repeat(32)),
    boundedWork: createBoundedWork({ log }),
  });
}
