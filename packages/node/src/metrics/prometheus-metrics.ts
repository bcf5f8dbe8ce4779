/** Counters, gauges and histograms for Prometheus, behind the ports of the server. */
import type { Counter, Metrics } from "@parlance/server";
import { Gauge, Counter as PromCounter, Histogram as PromHistogram, Registry } from "prom-client";

export interface Histogram {
  observe(value: number): void;
}

/** What was measured under one name. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    /** A histogram has values under several names. */
    readonly name: string;
    readonly labels: Readonly<Record<string, string | number>>;
    readonly value: number;
  }[];
}

/** A label that takes more values than this has been given input. */
const MOST_LABEL_VALUES = 64;
const OVERFLOW = "other";

export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();

  get contentType(): string {
    return this.#registry.contentType;
  }

  counter(name: string, help: string, label?: string): Counter {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const labelNames = label === undefined ? [] : [label];
    const counter = new PromCounter({ name, help, labelNames, registers: [this.#registry] });
    const made = label === undefined ? plain(counter) : labelled(counter);
    this.#counters.set(name, made);
    return made;
  }

  gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    });
  }

  total(name: string, help: string, read: () => number): void {
    const counter: PromCounter = new PromCounter({
      name,
      help,
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  /** `buckets` are upper bounds, rising. */
  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    const known = this.#histograms.get(name);
    if (known !== undefined) return known;
    const histogram = new PromHistogram({
      name,
      help,
      buckets: [...buckets],
      registers: [this.#registry],
    });
    this.#histograms.set(name, histogram);
    return histogram;
  }

  /** The same as values: a family for each name. */
  async read(): Promise<readonly MetricFamily[]> {
    const families = await this.#registry.getMetricsAsJSON();
    return families.map(({ name, help, type, values }) => ({
      name,
      help,
      type: String(type),
      values: values.map((one) => {
        const own = "metricName" in one ? one.metricName : undefined;
        const labels = new Map<string, string | number>();
        for (const [label, value] of Object.entries(one.labels)) {
          if (value !== undefined) labels.set(label, value);
        }
        return {
          name: typeof own === "string" ? own : name,
          labels: Object.fromEntries(labels),
          value: one.value,
        };
      }),
    }));
  }

  /** The text format that Prometheus reads. */
  expose(): Promise<string> {
    return this.#registry.metrics();
  }
}

function plain(counter: PromCounter): Counter {
  return { add: (count = 1) => counter.inc(count) };
}

/** Each label value is looked up once; after that it costs one step in a map. */
function labelled(counter: PromCounter): Counter {
  const children = new Map<string, { inc(count: number): void }>();
  const childOf = (label: string) => {
    const known = children.get(label);
    if (known !== undefined) return known;
    if (children.size >= MOST_LABEL_VALUES) return counter.labels(OVERFLOW);
    const child = counter.labels(label);
    children.set(label, child);
    return child;
  };
  return { add: (count = 1, label = OVERFLOW) => childOf(label).inc(count) };
}
