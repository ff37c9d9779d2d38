import type { Transaction } from "../../core";

/** Something that was done, as whoever tells of it describes it. */
interface Deed {
  action: string;
  subject: { type: string; id: number | string | null; name: string | null };
  repository: string | null;
}

/** Names can be long texts of people; so much of them is kept, in characters. */
const longestText = 500;

/** Writes an entry in the transaction of what was done: one isn't there without the other. */
export async function record(tx: Transaction, { action, subject, repository }: Deed): Promise<void> {
  const { actor, credential, requestId, address } = tx.by;
  const id = typeof subject.id === "string" ? shortened(subject.id) : subject.id;
  await tx.sql`
    INSERT INTO audit_log (actor, credential, action, subject_type, subject_id, subject_name, repository, request_id, address)
    VALUES (${actor?.replace(/^user:/, "") ?? null}, ${credential}, ${action}, ${subject.type}, ${id === null ? null : tx.sql.json(id)},
            ${shortened(subject.name)}, ${shortened(repository)}, ${requestId}, ${address})`;
}

/** By characters, so that none is cut in half. */
function shortened(text: string | null): string | null {
  if (text === null || text.length <= longestText) return text;
  return `${[...text.slice(0, 2 * longestText)].slice(0, longestText - 1).join("")}…`;
}
