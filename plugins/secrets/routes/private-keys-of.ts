import { type Database, type Events, notFound, type Page, type Transaction, withoutFormLineBreaks } from "../../../core";
import { acted } from "../../auth";
import { errors } from "../errors";
import type { PrivateKeyRow, PrivateKeys } from "../private-keys/private-keys";
import { presentPrivateKey } from "../schemas";
import { unlessGone } from "./gone-meanwhile";
import type { Owner } from "./owner";
import type { SentKey } from "./parameters";

/** What routes do with the private keys of an owner; the organization's and repositories' alike. */
export type PrivateKeysOf = ReturnType<typeof createPrivateKeysOf>;

interface Parts {
  db: Database;
  events: Events;
  privateKeys: PrivateKeys;
}

export function createPrivateKeysOf({ db, events, privateKeys }: Parts) {
  /** Makes a change that somebody asked for, and tells of it. */
  const changing = (what: "created" | "deleted", { repository }: Owner, work: (tx: Transaction) => Promise<PrivateKeyRow>) =>
    unlessGone(
      db.transaction(async (tx) => {
        const row = await work(tx);
        const subject = { type: "private_key", id: row.id, name: row.name };
        await events.emit(tx, acted, { action: `private_key.${what}`, subject, repository });
        return row;
      }),
    );

  return {
    async list({ scope }: Owner, page: Page) {
      const { rows, total } = await privateKeys.list(db, scope, page);
      return { private_keys: rows.map(presentPrivateKey), paging: page.block(total) };
    },

    /** @throws `private_keys.name_taken` */
    async create(owner: Owner, { name, key, keep_line_breaks }: SentKey) {
      const text = keep_line_breaks ? key.text : withoutFormLineBreaks(key.text);
      const row = await changing("created", owner, async (tx) => {
        const made = await privateKeys.create(tx, owner.scope, { name, key: text, digest: key.digest });
        if (!made) throw errors.fail("private_keys.name_taken");
        return made;
      });
      return presentPrivateKey(row);
    },

    async delete(owner: Owner, id: number): Promise<void> {
      await changing("deleted", owner, async (tx) => {
        const gone = await privateKeys.delete(tx, owner.scope, id);
        if (!gone) throw notFound("There is no such private key");
        return gone;
      });
    },
  };
}
