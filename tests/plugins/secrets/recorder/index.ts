import { type Database, definePlugin, type Events } from "../../../../core";
import auth, { acted, userReplaced } from "../../../../plugins/auth";

let parts: { db: Database; events: Events } | undefined;

/** What the plugin below heard, and what it can say. One platform at a time may use it. */
export const recorder = {
  /** `action type name repository`, oldest first. */
  acts: [] as string[],
  /** Tells that a user is about to be deleted, and deletes them. */
  async replaceUser(login: string, heir: string): Promise<void> {
    if (!parts) throw new Error("no platform runs");
    const { db, events } = parts;
    await db.transaction(async (tx) => {
      const found = await tx.sql<{ id: number; githubId: number; login: string }[]>`
        SELECT id, github_id AS "githubId", login FROM users WHERE login IN (${login}, ${heir})`;
      const [user, other] = [login, heir].map((name) => found.find((row) => row.login === name));
      if (!user || !other) throw new Error("there are no such users");
      await events.emit(tx, userReplaced, { userId: user.id, githubId: user.githubId, heirId: other.id });
      await tx.sql`DELETE FROM users WHERE id = ${user.id}`;
    });
  },
};

export default definePlugin({
  name: "recorder",
  summary: "Hears in tests what people did, and says that somebody is deleted",
  requires: [auth],
  setup({ db, events }) {
    parts = { db, events };
    return {
      on: [
        acted.handledBy(async (_tx, { action, subject: { type, name }, repository }) => {
          if (type === "secret" || type === "private_key") recorder.acts.push([action, name, repository ?? "-"].join(" "));
        }),
      ],
    };
  },
});
