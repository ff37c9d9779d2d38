import { type PluginWorld, pluginWorld } from "../../../../cli/world/plugin-world";

/** A plugin that keeps things outside the database. With `PUT=hangs` it says so, and never puts anything back. */
const plugin = `
import { definePlugin, keptOutside } from "@core";

const things = new Map([["one", "first"], ["two", "second"]]);
const contentOf = (text) => ({
  size: Buffer.byteLength(text),
  sha256: new Bun.CryptoHasher("sha256").update(text).digest("hex"),
  open: () => new Blob([text]).stream(),
});

export default definePlugin({
  name: "shelf",
  summary: "Made for a test",
  migrations: import.meta.dir + "/migrations",
  setup: () => ({
    contribute: [
      keptOutside.with({
        name: "shelf",
        summary: "things",
        copied: true,
        missing: "stays away",
        async *list({ sql }) {
          for (const { name } of await sql\`SELECT name FROM shelf ORDER BY name\`) yield name;
        },
        find: async (key) => (things.has(key) ? contentOf(things.get(key)) : null),
        async put(key, content) {
          if (process.env.PUT !== "hangs") return void (await Array.fromAsync(content.open()));
          console.error("putting back");
          await new Promise(() => setInterval(() => {}, 1000));
        },
      }),
    ],
  }),
});
`;

/** @param more migrations, by file name */
export const shelfWorld = (more: Readonly<Record<string, string>> = {}): Promise<PluginWorld> =>
  pluginWorld({
    "shelf/index.ts": plugin,
    "shelf/migrations/0001_create_shelf.sql": `
      CREATE TYPE shelf_kind AS ENUM ('thing', 'other');
      CREATE TABLE shelf (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, kind shelf_kind NOT NULL DEFAULT 'thing',
        parent_id bigint REFERENCES shelf, twice text GENERATED ALWAYS AS (name || name) STORED);
      CREATE FUNCTION shelf_says_no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
      CREATE TRIGGER shelf_says_no BEFORE INSERT ON shelf FOR EACH ROW WHEN (NEW.kind = 'other') EXECUTE FUNCTION shelf_says_no();`,
    ...Object.fromEntries(Object.entries(more).map(([name, text]) => [`shelf/migrations/${name}`, text])),
  });
