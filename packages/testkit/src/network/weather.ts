/** What a link does to what travels on it. */
export interface Weather {
  /** Probability that a datagram is lost; a stream repeats it, and is late. */
  loss: number;
  /** Probability that a datagram arrives twice. */
  duplicates: number;
  /** Every packet takes so long … */
  delayMs: number;
  /** … and up to so much longer, each on its own: datagrams overtake one another, streams wait. */
  jitterMs: number;
  /** Probability that what is written to a stream arrives in pieces. */
  pieces: number;
}

export const FAIR_WEATHER: Readonly<Weather> = {
  loss: 0,
  duplicates: 0,
  delayMs: 10,
  jitterMs: 0,
  pieces: 0,
};
