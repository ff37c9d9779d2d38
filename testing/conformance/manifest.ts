import { settingMeta } from "../../core/config/setting";
import { tableNames } from "../../core/plugin/names";
import type { Rule } from "./examined";

const words = /^[A-Z].{8,140}[^.\s]$/;

export const calledLikeItsFolder: Rule = ({ name, elsewhere, origin }) =>
  elsewhere || origin === `plugins/${name}` ? [] : [`It is called "${name}" and lies in ${origin}; give both one name.`];

export const saysWhatItIsFor: Rule = ({ plugin }) => [
  ...(words.test(plugin.summary)
    ? []
    : [`Its summary is "${plugin.summary}"; say in one line, from a capital letter to no full stop, what it is for.`]),
];

export const saysItsVersions: Rule = ({ plugin, elsewhere }) =>
  !elsewhere
    ? []
    : [
        ...(plugin.version === undefined ? ["It has no version: operators want to know which one they run."] : []),
        ...(plugin.compatibility === undefined
          ? ["It has no compatibility: say which versions of the platform it works with."]
          : []),
      ];

export const bringsItsMigrations: Rule = ({ plugin, elsewhere }) =>
  elsewhere && tableNames(plugin).length > 0 && plugin.migrations === undefined
    ? ["It has tables and no `migrations`; a plugin from elsewhere brings its own folder of them."]
    : [];

export const describesItsSettings: Rule = ({ plugin, elsewhere }) =>
  Object.entries(plugin.config?.shape ?? {}).flatMap(([key, field]) => {
    const meta = settingMeta(field as Parameters<typeof settingMeta>[0]);
    if (!meta) return [`Its setting ${key} isn't made with setting(): operators see neither its meaning nor its variable.`];
    const form = elsewhere ? /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/ : /^(?:COCOV|OTEL)_[A-Z0-9_]+$/;
    const example = elsewhere ? "ACME_SIZE" : "COCOV_SIZE";
    return [
      ...(meta.summary.trim() === "" ? [`Its setting ${key} has no summary.`] : []),
      ...(form.test(meta.env[0] ?? "")
        ? []
        : [`Its setting ${key} wants a variable such as ${example}; found "${meta.env[0] ?? ""}".`]),
    ];
  });

export const describesItsConsole: Rule = ({ parts }) =>
  Object.entries(parts.console ?? {}).flatMap(([name, { summary }]) =>
    summary.length > 10 ? [] : [`What it puts into the console as ${name} isn't described.`],
  );

export const describesItsCommands: Rule = ({ parts }) =>
  (parts.commands ?? []).flatMap(({ name, summary, arguments: args, options }) => [
    ...(words.test(summary) ? [] : [`The summary of its command ${name} is "${summary}"; say in one line what it does.`]),
    ...Object.entries({ ...args, ...options }).flatMap(([part, declared]) =>
      declared.summary.length > 3 ? [] : [`${part} of its command ${name} isn't described.`],
    ),
  ]);
