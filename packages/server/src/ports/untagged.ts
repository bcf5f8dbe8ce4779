/** What to do with a request that does not ask for the IM service by its feature tag. */
export type Untagged =
  /** It is that of a plain SIP phone: serve it as if it did. */
  | "serve"
  /** There is no other service here. IM-8.1.1-01 */
  | "refuse"
  /** A core triggered us by mistake: not ours, let it go on. */
  | "pass";
