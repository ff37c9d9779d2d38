import { join } from "node:path";
import { z } from "zod";
import { defineService } from "../../app/service";
import { setting, textList } from "../../config/setting";
import { StartupError } from "../../startup-error";
import embeddedPostgres from "../embedded-postgres/service";
import log from "../log/service";
import { createCipher } from "./cipher";
import { encryptedElsewhere } from "./encrypted-elsewhere";
import { readOrCreateKeyFile } from "./key-file";
import { missingKeyWords } from "./missing-key";

const key = z.string().regex(/^[0-9a-fA-F]{32}$/);

export default defineService({
  name: "cipher",
  summary: "Encrypts what must be readable again",
  settings: z.object({
    cryptographicKey: setting(key.optional(), {
      env: "COCOV_CRYPTOGRAPHIC_KEY",
      summary: "encrypts what must be readable again; made once and kept in the data folder when the database is embedded",
      accepts: "32 hexadecimal characters",
      secret: true,
    }),
    cryptographicPreviousKeys: setting(textList.pipe(z.array(key)).default([]), {
      env: "COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS",
      summary: "earlier keys: still decrypt, never encrypt",
      accepts: "keys of 32 hexadecimal characters, separated by commas",
      secret: true,
    }),
  }),
  needs: [log, embeddedPostgres],
  checkManifest: (plugin) => encryptedElsewhere(plugin),
  open({ settings: { cryptographicKey, cryptographicPreviousKeys, dataDir }, use }) {
    if (cryptographicKey) return { api: createCipher(cryptographicKey, cryptographicPreviousKeys) };
    if (!use.embeddedPostgres.embedded) {
      throw new StartupError([missingKeyWords]);
    }
    const path = join(dataDir, "cryptographic.key");
    const { key, created } = readOrCreateKeyFile(path);
    if (created) use.log.info({ path }, "made a cryptographic key; back it up together with the database");
    return { api: createCipher(key, cryptographicPreviousKeys) };
  },
  preview: () => createCipher("0".repeat(32)),
});
