import { type PluginWorld, pluginWorld } from "./plugin-world";

/**
 * A plugin with commands. Its table comes from a migration; it would say so if it were started, and says that it is stopped. What it
 * prints when it is loaded and while it runs is no part of an answer.
 */
const plugin = `
import { defineCommand, definePlugin } from "@core";

console.log("loading");

export default definePlugin({
  name: "greeter",
  summary: "Made for a test",
  version: "1.2.3",
  migrations: import.meta.dir + "/migrations",
  setup: ({ db }) => ({
    start: async () => console.error("started"),
    stop: async () => console.error("stopped"),
    commands: [
      defineCommand({
        name: "greet",
        summary: "Greets somebody, and counts it",
        description: "Greets somebody.\\nEverybody who was greeted is counted.",
        arguments: { who: { summary: "whom to greet", required: true }, from: { summary: "who greets" } },
        options: {
          loud: { type: "boolean", summary: "in capitals" },
          "sign-off": { type: "string", value: "WORD", summary: "how to end" },
        },
        async run({ args, options, progress }) {
          console.log("noise");
          progress("greeting");
          await db.sql\`INSERT INTO greetings (who) VALUES (\${args.who})\`;
          const [{ n }] = await db.sql\`SELECT count(*)::int AS n FROM greetings\`;
          const said = ["Hello", args.who, args.from && "from " + args.from, options["sign-off"]].filter(Boolean).join(" ");
          return { text: options.loud ? said.toUpperCase() : said, json: { said, loud: options.loud, n } };
        },
      }),
      defineCommand({
        name: "judge-world",
        summary: "Finds the world wanting",
        options: { harshly: { type: "boolean", summary: "throws" } },
        async run({ options }) {
          if (options.harshly) throw new Error("no luck today");
          return { text: "wanting", json: { verdict: "wanting" }, exitCode: 3 };
        },
      }),
      defineCommand({
        name: "wait-forever",
        summary: "Waits until it is told to end",
        options: { deaf: { type: "boolean", summary: "also after that" } },
        async run({ options, progress, signal }) {
          const told = Promise.withResolvers();
          signal.addEventListener("abort", () => told.resolve());
          progress("waiting");
          await (options.deaf ? new Promise(() => setInterval(() => {}, 1000)) : told.promise);
          return { text: "told to end", json: null };
        },
      }),
      defineCommand({
        name: "tell-much",
        summary: "Says more than a pipe holds",
        run: async () => ({ text: "x", json: "x".repeat(1_000_000) }),
      }),
    ],
  }),
});
`;

/** A world whose one plugin is this one. */
export const greeterWorld = (more: Readonly<Record<string, string | undefined>> = {}): Promise<PluginWorld> =>
  pluginWorld(
    {
      "greeter/index.ts": plugin,
      "greeter/migrations/0001_create_greetings.sql": "CREATE TABLE greetings (who text NOT NULL);",
    },
    more,
  );
