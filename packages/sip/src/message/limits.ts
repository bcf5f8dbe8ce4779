/** How much of a message we are ready to read; every bound of the parser in one table. */
export interface MessageLimits {
  readonly startLineBytes: number;
  readonly headerLineBytes: number;
  readonly headerSectionBytes: number;
  readonly headerLines: number;
  readonly datagramBodyBytes: number;
  readonly streamBodyBytes: number;
  readonly viaValues: number;
  readonly routeValues: number;
  readonly contactValues: number;
}

export const messageLimits: MessageLimits = {
  startLineBytes: 2048, // room for the longest URI that is worth routing
  headerLineBytes: 8192, // a folded line counts as one
  headerSectionBytes: 65_536, // with the start line
  headerLines: 256,
  datagramBodyBytes: 16_384, // RFC 3428 §8 wants far less; more than this is no pager message
  streamBodyBytes: 65_536,
  viaValues: 70, // the initial Max-Forwards, RFC 3261 §8.1.1.6
  routeValues: 30,
  contactValues: 10, // bindings of one user
};

/** Longest URI that is read anywhere in a message. */
export const URI_CHARACTERS = 2048;
