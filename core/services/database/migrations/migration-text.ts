import type { MigrationFile } from "./migration-file";

/** A migration's SQL, and the SHA-256 by which a later change to it is noticed. */
export type MigrationText = { text: string; checksum: string };

/** Reads a migration. Line ends count as LF, so that a checkout on another system has the same checksum. */
export async function readMigration(file: MigrationFile): Promise<MigrationText> {
  const text = (await Bun.file(file.path).text()).replaceAll("\r\n", "\n");
  return { text, checksum: new Bun.CryptoHasher("sha256").update(text).digest("hex") };
}

/** Statements on a line of their own that would end the transaction a migration runs in. */
const transactionControl = /^\s*(?:begin|start\s+transaction|commit|rollback)(?:\s+(?:work|transaction))?\s*;/im;

/** @returns whether a migration tries to control its transaction itself */
export function controlsTransaction(text: string): boolean {
  return transactionControl.test(text);
}
