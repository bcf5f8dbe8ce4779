import { type ReactNode, useMemo, useState } from "react";
import { pathOf, roundTop, type Series, SeriesStore } from "../model/series.ts";
import type { MetricFamily } from "../model/shapes.ts";
import { sizeOf } from "../model/sizes.ts";
import { useAsked, useOperator } from "../view/operator.ts";
import { Answer, Page } from "../view/parts.tsx";

const EVERY_MS = 2_000;
const FIELD = { width: 240, height: 56 } as const;

interface Metrics {
  readonly at: number;
  readonly metrics: readonly MetricFamily[];
}

/** Everything that is counted, as lines. */
export function MetricsPage(): ReactNode {
  const { texts } = useOperator();
  const store = useMemo(() => new SeriesStore(), []);
  const [words, setWords] = useState("");
  const asked = useAsked<Metrics>("/metrics", EVERY_MS);
  const series = useMemo(() => {
    if (asked.value !== undefined) store.add(asked.value.at, asked.value.metrics);
    return store.all;
  }, [store, asked.value]);
  const wanted = series
    .filter(({ name, help }) =>
      `${name} ${help}`.toLowerCase().includes(words.trim().toLowerCase()),
    )
    .toSorted((a, b) => Number(isFlat(a)) - Number(isFlat(b)));
  return (
    <Page title={texts.page.metrics} words={texts.metricsWords}>
      <input
        className="input page-filter"
        type="search"
        aria-label={texts.search}
        placeholder={texts.search}
        value={words}
        onChange={({ currentTarget }) => setWords(currentTarget.value)}
      />
      <Answer asked={asked}>
        {() => (
          <ul className="plots">
            {wanted.map((each) => (
              <Plot key={each.name} series={each} />
            ))}
          </ul>
        )}
      </Answer>
    </Page>
  );
}

/** Nothing of it has happened: it comes last. */
function isFlat({ points }: Series): boolean {
  return points.every(({ value }) => value === 0);
}

function Plot({ series: { name, help, rate, points } }: { readonly series: Series }): ReactNode {
  const { texts, language } = useOperator();
  const last = points.at(-1)?.value ?? 0;
  const top = roundTop(Math.max(0, ...points.map(({ value }) => value)));
  const line = pathOf(points, { ...FIELD, top });
  const isSize = /_bytes(?:_total)?$/.test(name);
  const written = (value: number): string =>
    isSize
      ? sizeOf(value)
      : value.toLocaleString(language, { maximumFractionDigits: value < 10 ? 2 : 0 });
  return (
    <li className="plot">
      <h2>{help.replace(/\.$/, "")}</h2>
      <p className="plot-value">
        {written(last)}
        {rate && <span className="soft small"> {texts.perSecond}</span>}
      </p>
      <svg
        viewBox={`0 0 ${FIELD.width} ${FIELD.height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {points.length > 1 && (
          <>
            <path className="plot-field" d={`${line}V${FIELD.height}H0Z`} />
            <path className="plot-line" d={line} vectorEffect="non-scaling-stroke" />
          </>
        )}
      </svg>
      <p className="small soft plot-foot">
        <code>{name}</code>
        <span>≤ {written(top)}</span>
      </p>
    </li>
  );
}
