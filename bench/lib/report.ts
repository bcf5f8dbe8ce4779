/** What every benchmark prints: a table for people, or one JSON object for programs. */
import { cpus } from "node:os";
import { placement } from "./machine.ts";

export interface Figure {
  readonly figure: string;
  readonly unit: string;
  readonly value: number;
  /** What the project asks for; undefined for figures that explain the others. */
  readonly wanted?: number | undefined;
  /** The same, measured beside it in this run, and of what. */
  readonly reference?: { readonly of: string; readonly value: number } | undefined;
}

export function report(
  bench: string,
  figures: readonly Figure[],
  runs: readonly Readonly<Record<string, string | number>>[],
  json: boolean,
): void {
  const machine = `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`;
  if (json) {
    console.log(
      JSON.stringify({ bench, machine, placement, node: process.version, figures, runs }),
    );
    return;
  }
  console.log(`${bench} on ${machine}, Node ${process.version}; ${placement}`);
  if (runs.length > 0) console.table(runs);
  console.table(
    figures.map(({ figure, unit, value, wanted, reference }) => ({
      figure,
      value,
      unit,
      wanted: wanted ?? "",
      "measured beside it": reference === undefined ? "" : `${reference.of}: ${reference.value}`,
    })),
  );
}
