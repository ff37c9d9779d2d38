/** Names of labels with their values, which are few: never ids, names of people or things, paths. */
export type Labels<Label extends string> = Readonly<Record<Label, string>>;

interface Declaration<Label extends string> {
  /** As Prometheus knows it, e.g. `cocov_webhook_deliveries_total`. Unique in the platform. */
  readonly name: string;
  /** One line for operators. */
  readonly summary: string;
  readonly labels: readonly Label[];
}

/** Something that happens and is counted, in this process since it started. Made with {@link defineCounter}. */
export interface Counter<Label extends string> extends Declaration<Label> {
  readonly kind: "counter";
}

/** Something that has a size whenever somebody asks. Made with {@link defineGauge}. */
export interface Gauge<Label extends string> extends Declaration<Label> {
  readonly kind: "gauge";
}

/** A value, and what of. */
export interface Reading<Label extends string = string> {
  readonly labels: Labels<Label>;
  readonly value: number;
}

/** A counter or gauge that somebody keeps. */
export interface Instrument extends Declaration<string> {
  readonly kind: "counter" | "gauge";
  /** @throws what a gauge's reader throws */
  read(): Promise<readonly Reading[]> | readonly Reading[];
}

/** For plugins that count what only they know of, or know how much there is of something. */
export interface Instruments {
  /**
   * Keeps a counter. Without labels it is 0 until something happens; with labels it has no value until then.
   * @returns counts; as cheap as it looks. In a transaction count what has been committed: `tx.afterCommit(() => count(…))`
   */
  counter<Label extends string>(counter: Counter<Label>): (labels: Labels<Label>, by?: number) => void;
  /** Keeps a gauge. @param read asked for each scrape: in one statement or none, whose cost doesn't grow without end */
  gauge<Label extends string>(
    gauge: Gauge<Label>,
    read: () => readonly Reading<Label>[] | Promise<readonly Reading<Label>[]>,
  ): void;
  /** @returns all that are kept in this process, by name */
  instruments(): readonly Instrument[];
}

/** Declares a counter: at module level, by whoever counts. */
export const defineCounter = <const Label extends string = never>(declaration: Declaration<Label>): Counter<Label> => ({
  kind: "counter",
  ...declaration,
});

/** Declares a gauge: at module level, by whoever knows. */
export const defineGauge = <const Label extends string = never>(declaration: Declaration<Label>): Gauge<Label> => ({
  kind: "gauge",
  ...declaration,
});

/** Sets of values that one counter may have. What comes beyond them is one more, with `other` in all of its labels. */
const mostReadings = 200;

/** @returns instruments of one process, none of which is kept yet */
export function createInstruments(): Instruments {
  const kept = new Map<string, { declaration: Counter<string> | Gauge<string>; read: Instrument["read"] }>();

  function keep(declaration: Counter<string> | Gauge<string>, read: Instrument["read"]): void {
    const known = kept.get(declaration.name);
    // Plugins may be set up more than once, when others turn out to be unusable.
    if (known && known.declaration !== declaration)
      throw new Error(`two plugins keep an instrument called ${declaration.name}: rename one`);
    kept.set(declaration.name, { declaration, read });
  }

  return {
    counter(counter) {
      const { labels: names } = counter;
      const readings = new Map<string, { labels: Labels<string>; value: number }>();
      const add = (labels: Labels<string>, by: number): void => {
        const key = names.length === 1 ? (labels[names[0] ?? ""] ?? "") : names.map((name) => labels[name]).join("\0");
        const known = readings.get(key);
        if (known) known.value += by;
        else if (readings.size < mostReadings || names.every((name) => labels[name] === "other"))
          readings.set(key, { labels: { ...labels }, value: by });
        else add(Object.fromEntries(names.map((name) => [name, "other"])), by);
      };
      if (names.length === 0) add({}, 0);
      keep(counter, () => [...readings.values()].map(({ labels, value }) => ({ labels, value })));
      return (labels, by = 1) => add(labels, by);
    },
    gauge: keep,
    instruments: () =>
      [...kept.values()].map(({ declaration, read }) => ({ ...declaration, read })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
