import { encryptedColumns, findKeys } from "../../backup/keys";
import { readsAll } from "../../cipher/reads-all";
import type { Patient } from "../doctor";
import type { DoctorCheck } from "../doctor-check";

/** Whether what is encrypted can be decrypted: one value of each column and key, or all of them. */
export const keysCheck = ({ db, cipher, installation }: Patient): DoctorCheck => ({
  name: "keys",
  needsDatabase: true,
  async look({ full, signal, show }) {
    const columns = await encryptedColumns(db, installation);
    const { keys, unreadable } = await findKeys(db, cipher, columns);
    const wrong = [...unreadable];
    let read = 0;
    for (const column of full && unreadable.length === 0 ? columns : []) {
      const found = await readsAll({ db, cipher }, column, {
        signal,
        progress: (done, total) => show(column.table, done, total),
      });
      read += found.read;
      if (found.unreadable > 0)
        wrong.push(`${found.unreadable} values of ${column.table}.${column.column} are damaged, or belong to other rows`);
    }
    if (wrong.length > 0) {
      return {
        state: "failing",
        summary: `${wrong.join("; ")}.`,
        remedy:
          "Put the key they are under into COCOV_CRYPTOGRAPHIC_PREVIOUS_KEYS, or have people enter anew what can't be read.",
      };
    }
    const [current, ...previous] = cipher.keyIds;
    const all = keys.reduce((sum, { values }) => sum + values, 0);
    const old = keys.filter(({ id, values }) => id !== current && values > 0);
    const summary = `${all} encrypted values; ${full ? `all ${read} were` : "one of each column and key was"} decrypted.`;
    if (old.length > 0) {
      const under = old.map(({ id, values }) => `${values} under ${id}`).join(", ");
      return { state: "warning", summary: `${summary} Under previous keys: ${under}.`, remedy: "Run `bun run rotate-keys`." };
    }
    if (previous.length > 0) {
      return {
        state: "ok",
        summary: `${summary} Nothing needs the previous keys (${previous.join(", ")}) any more, unless a backup does.`,
      };
    }
    return { state: "ok", summary };
  },
});
