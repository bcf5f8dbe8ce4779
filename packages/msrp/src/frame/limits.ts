/** How much of a frame we are ready to read; every bound of the parser in one table. */
export interface FrameLimits {
  readonly headerLineBytes: number;
  /** From the start line to the blank line. */
  readonly headerSectionBytes: number;
  readonly headerLines: number;
  /** A frame up to this size comes out whole; of a larger one the body comes in pieces. */
  readonly wholeFrameBytes: number;
  readonly messageIdCharacters: number;
  /** Body of any request but SEND. RFC 4975 §7.1 */
  readonly otherBodyBytes: number;
}

export const frameLimits: FrameLimits = {
  headerLineBytes: 4096,
  headerSectionBytes: 65_536,
  headerLines: 256,
  wholeFrameBytes: 73_728, // the 64 KiB chunks that peers send, with a generous head
  messageIdCharacters: 256, // RFC 4975 §9 allows 32; peers send less and more
  otherBodyBytes: 10_240,
};
