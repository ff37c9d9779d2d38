/** A line of Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a scrape brought. */
export interface Exposition {
  /** Name of each metric -> its type. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
  /** @returns the value of the one sample of that name with these labels, among others; undefined when there is none */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

/** Reads Prometheus' text format, strictly. @throws Error that shows a line that isn't in it */
export function readExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    const [, name, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) types.set(name, type);
    if (line === "" || line.startsWith("# ")) continue;
    const sample = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
    if (!sample) throw new Error(`no line of Prometheus' text format: ${line}`);
    const labels = [...(sample[2] ?? "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
    samples.push({
      name: sample[1] ?? "",
      labels: Object.fromEntries(labels.map(([, label, value]) => [label, value])),
      value: sample[3] === "+Inf" ? Number.POSITIVE_INFINITY : Number(sample[3]),
    });
  }
  return {
    types,
    samples,
    value(name, labels = {}) {
      const found = samples.filter(
        (sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      if (found.length > 1) throw new Error(`${found.length} samples of ${name} with ${JSON.stringify(labels)}`);
      return found[0]?.value;
    },
  };
}
