import { type Database, type Events, notFound, type Page, type Transaction, withoutFormLineBreaks } from "../../../core";
import { acted, type Users } from "../../auth";
import { errors } from "../errors";
import { presentSecrets } from "../schemas";
import type { SecretRow, Secrets } from "../secrets";
import { unlessGone } from "./gone-meanwhile";
import type { Owner } from "./owner";

/** A secret's text as it is sent. */
export interface SentText {
  readonly data: string;
  readonly keep_line_breaks: boolean;
}

/** What routes do with the secrets of an owner; the organization's and repositories' alike. */
export type SecretsOf = ReturnType<typeof createSecretsOf>;

interface Parts {
  db: Database;
  users: Users;
  events: Events;
  secrets: Secrets;
}

export function createSecretsOf({ db, users, events, secrets }: Parts) {
  const textOf = ({ data, keep_line_breaks }: SentText): string => (keep_line_breaks ? data : withoutFormLineBreaks(data));

  /** Makes a change that somebody asked for, and tells of it. */
  const changing = (
    what: "created" | "changed" | "deleted",
    { repository }: Owner,
    work: (tx: Transaction) => Promise<SecretRow>,
  ) =>
    unlessGone(
      db.transaction(async (tx) => {
        const row = await work(tx);
        const subject = { type: "secret", id: row.id, name: row.name };
        await events.emit(tx, acted, { action: `secret.${what}`, subject, repository });
        return row;
      }),
    );

  const shown = async (row: SecretRow) => {
    const [json] = await presentSecrets(db, users, [row]);
    if (!json) throw new Error("a secret that was handed in wasn't presented");
    return json;
  };

  return {
    async list({ scope }: Owner, page: Page) {
      const { rows, total } = await secrets.list(db, scope, page);
      return { secrets: await presentSecrets(db, users, rows), paging: page.block(total) };
    },

    /** @throws `secrets.name_taken` */
    async create(owner: Owner, ownerId: number, sent: SentText & { name: string }) {
      const row = await changing("created", owner, async (tx) => {
        const made = await secrets.create(tx, owner.scope, { name: sent.name, data: textOf(sent), ownerId });
        if (!made) throw errors.fail("secrets.name_taken");
        return made;
      });
      return await shown(row);
    },

    async change(owner: Owner, id: number, sent: SentText) {
      const row = await changing("changed", owner, async (tx) =>
        found(await secrets.change(tx, owner.scope, id, textOf(sent))),
      );
      return await shown(row);
    },

    async delete(owner: Owner, id: number): Promise<void> {
      await changing("deleted", owner, async (tx) => found(await secrets.delete(tx, owner.scope, id)));
    },

    checkName: async ({ scope }: Owner, name: string) => ({ status: await secrets.checkName(db, scope, name) }),
  };
}

function found(row: SecretRow | null): SecretRow {
  if (!row) throw notFound("There is no such secret");
  return row;
}
