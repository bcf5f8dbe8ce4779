/** What the waits of all transactions are made of. RFC 3261 §17 */

/** The base values of table 4 and whether the transport repeats lost data itself. */
export interface Timing {
  readonly t1: number;
  readonly t2: number;
  readonly t4: number;
  readonly reliable: boolean;
}

/** RFC 3261 §17, table 4. */
export const BASE_TIMING = { t1: 500, t2: 4_000, t4: 5_000 } as const;
