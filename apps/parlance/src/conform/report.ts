/** What a conformance run says of a server: line by line, in the end, and for a file. Pure. */
import type { Scenario, Verdict } from "@parlance/conformance";

export interface Result {
  readonly scenario: Scenario;
  readonly verdict: Verdict;
  readonly tookMs: number;
}

const MARKS: Readonly<Record<Verdict["kind"], string>> = {
  passed: "✓",
  failed: "✗",
  "not supported": "–",
};

/** `✓ IMSpec-SMM-C-001  a session of two opens …  0.1 s` */
export function resultLine({ scenario, verdict, tookMs }: Result): string {
  const why = verdict.kind === "passed" ? "" : `: ${verdict.why.split("\n")[0]}`;
  const took = `${(tookMs / 1_000).toFixed(1)} s`;
  return `${MARKS[verdict.kind]} ${namesOf(scenario)}  ${scenario.title}${why}  (${took})`;
}

export function summary(results: readonly Result[]): string {
  const count = (kind: Verdict["kind"]): number =>
    results.filter(({ verdict }) => verdict.kind === kind).length;
  return `${count("passed")} passed, ${count("failed")} failed, ${count("not supported")} not supported`;
}

/** For programs: without the exchange, which the report has. */
export function resultJson({ scenario, verdict, tookMs }: Result): string {
  const { ids, title } = scenario;
  const why = verdict.kind === "passed" ? undefined : verdict.why;
  return JSON.stringify({ ids, title, verdict: verdict.kind, why, tookMs: Math.round(tookMs) });
}

/** Markdown: a table, and of each failure all that went over the wires. */
export function fullReport(target: string, at: Date, results: readonly Result[]): string {
  const rows = results.map(({ scenario, verdict }) => {
    const why = verdict.kind === "passed" ? "" : oneLine(verdict.why);
    return `| ${namesOf(scenario)} | ${oneLine(scenario.title)} | ${verdict.kind} | ${why} |`;
  });
  return [
    `# Conformance of ${oneLine(target)}`,
    "",
    `${at.toISOString()}: ${summary(results)}.`,
    "",
    "| requirements | what has to hold | verdict | why |",
    "| --- | --- | --- | --- |",
    ...rows,
    ...results.flatMap(exchangeOf),
    "",
  ].join("\n");
}

function exchangeOf({ scenario, verdict }: Result): readonly string[] {
  if (verdict.kind !== "failed") return [];
  const steps = verdict.exchange.map(({ at, who, direction, text }) => {
    const arrow = direction === "out" ? "──►" : "◄──";
    return `${at.toISOString().slice(11, 23)}  ${who} ${arrow}\n${indented(text)}`;
  });
  return ["", `## ${scenario.title}`, "", verdict.why, "", ...steps];
}

function namesOf({ ids }: Scenario): string {
  return idsOf(ids);
}

export function idsOf(ids: readonly string[]): string {
  return ids.length === 0 ? "(beside the table)" : ids.join(", ");
}

/** A block of its own in Markdown, whatever stands in it. */
function indented(text: string): string {
  return text.replaceAll("\r\n", "\n").trimEnd().replaceAll(/^/gm, "    ");
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n|]+/g, " ");
}
