/** Saying no, as a value: the status, the Warning text and the headers that the status requires. */
export interface Refusal {
  readonly status: number;
  /** Reason phrase when it should differ from the usual one. */
  readonly reason?: string;
  /** Text of `Warning: 399`, absent where nothing may be revealed. */
  readonly warning?: string;
  /** Headers that the status calls for: Accept, Unsupported, Retry-After, Min-Expires … */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}
