import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { parse } from "yaml";
import { z } from "zod";
import { projectRoot } from "../../core/app/installation";
import { useTestPlatform } from "../../testing";
import { readExposition } from "../plugins/metrics/world/exposition";
import { promised } from "../plugins/metrics/world/promised";

const platform = await useTestPlatform({ env: { COCOV_METRICS_BIND: "127.0.0.1:0" } });
const { types } = readExposition(
  await (await fetch(/"url":"(http:\/\/[^"]+\/metrics)"/.exec(platform.logs())?.[1] ?? "")).text(),
);
const docs = join(projectRoot, "docs/metrics");

/** What Prometheus itself puts on every series, and tells of every target. */
const ofPrometheus = { labels: ["job", "instance"], metrics: ["up"] };

/** @returns the name of the metric that a series is of: a histogram has several */
function metricOf(series: string): string {
  const base = series.replace(/_(?:bucket|sum|count)$/, "");
  return types.get(base) === "histogram" ? base : series;
}

/** @returns in words what is wrong with a query */
function mistakesIn(query: string): string[] {
  const mistakes: string[] = [];
  const names: string[] = [];
  const labels: string[] = [];
  parser.parse(query.replaceAll("$__rate_interval", "5m")).iterate({
    enter({ name, type, from, to }) {
      const text = query.replaceAll("$__rate_interval", "5m").slice(from, to);
      if (type.isError) mistakes.push(`can't be parsed at ${from}`);
      if (name === "Identifier") names.push(text);
      if (name === "LabelName") labels.push(text);
    },
  });
  if (names.length === 0) mistakes.push("asks for nothing");
  for (const name of names.filter((one) => !ofPrometheus.metrics.includes(one)))
    if (!types.has(metricOf(name))) mistakes.push(`${name} isn't exposed`);
  const known = names.flatMap((name) => [
    ...(promised[metricOf(name)]?.slice(1) ?? []),
    ...(name.endsWith("_bucket") ? ["le"] : []),
  ]);
  for (const label of labels)
    if (![...known, ...ofPrometheus.labels].includes(label)) mistakes.push(`no metric in it has the label ${label}`);
  return mistakes;
}

const rule = z.object({
  alert: z.string(),
  expr: z.string(),
  annotations: z.object({ summary: z.string(), remedy: z.string() }),
  labels: z.object({ severity: z.enum(["warning", "critical"]) }),
});
const alerts = z
  .object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule).min(1) })) })
  .parse(parse(await Bun.file(join(docs, "alerts.yaml")).text()));
const rules = alerts.groups.flatMap((group) => group.rules);
const dashboard = z
  .object({
    panels: z.array(z.object({ id: z.int(), title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })),
  })
  .parse(await Bun.file(join(docs, "grafana.json")).json());

describe("the queries", () => {
  test.each(rules.map(({ alert, expr }) => [alert, expr]))("of the alert %s are about what is exposed", (_alert, expr) => {
    expect(mistakesIn(expr)).toEqual([]);
  });

  test.each(dashboard.panels.map(({ title, targets }) => [title, targets] as const))(
    "of the panel %s are about what is exposed",
    (_title, targets) => {
      expect(targets.flatMap(({ expr }) => mistakesIn(expr))).toEqual([]);
    },
  );

  test.each([
    ["sum(rate(cocov_jobs_total[5m]))", "cocov_jobs_total isn't exposed"],
    ['cocov_jobs{status="dead"}', "no metric in it has the label status"],
    ["sum by (route) (cocov_jobs)", "no metric in it has the label route"],
    ["sum(cocov_jobs", "can't be parsed at 14"],
    ["cocov_jobs_bucket", "cocov_jobs_bucket isn't exposed"],
  ])("that are wrong are found: %s", (query, mistake) => {
    expect(mistakesIn(query)).toContain(mistake);
  });
});

test("alerts and panels are told apart, and everything promised is shown on the dashboard", () => {
  for (const names of [rules.map(({ alert }) => alert), dashboard.panels.map(({ id }) => id)])
    expect(new Set<unknown>(names).size).toBe(names.length);
  const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join("\n");
  const missing = Object.keys(promised).filter((name) => name.startsWith("cocov_") && !shown.includes(name));
  expect(missing).toEqual([]);
});

test("the page for operators names every metric of the platform, and no other", async () => {
  const page = await Bun.file(join(projectRoot, "docs/operate.md")).text();
  const named = new Set(page.match(/\bcocov_[a-z_]+\b/g));
  expect([...named].sort()).toEqual(
    Object.keys(promised)
      .filter((name) => name.startsWith("cocov_"))
      .sort(),
  );
});
