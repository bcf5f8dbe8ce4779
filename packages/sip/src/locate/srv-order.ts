/** The order in which the servers of a service are tried. RFC 2782 */
import type { SrvRecord } from "./resolver.ts";

/** A whole number from 0 to `most`, each equally likely. */
export type Pick = (most: number) => number;

/** By priority; within one, drawn by weight. */
export function orderServers(records: readonly SrvRecord[], pick: Pick): readonly SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    draw(
      records.filter((record) => record.priority === priority),
      pick,
    ),
  );
}

/** Those of weight 0 stand first, so that they too have a small chance. RFC 2782 */
function draw(records: readonly SrvRecord[], pick: Pick): SrvRecord[] {
  const left = records.toSorted((a, b) => Number(a.weight > 0) - Number(b.weight > 0));
  const drawn: SrvRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    let mark = pick(total);
    const at = left.findIndex(({ weight }) => {
      mark -= weight;
      return mark <= 0;
    });
    drawn.push(...left.splice(Math.max(at, 0), 1));
  }
  return drawn;
}
