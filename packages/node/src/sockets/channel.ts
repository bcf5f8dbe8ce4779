/** What carries the octets: a TCP or TLS socket, or a WebSocket. */
export interface Channel {
  /** In as few system calls as it takes. */
  writeAll(messages: readonly Uint8Array[]): void;
  /** Octets that the kernel has not taken yet. */
  readonly queuedBytes: number;
  /** So many of them that no more should be produced. */
  readonly full: boolean;
  pause(): void;
  resume(): void;
  /** Ends after what was written has gone out. */
  end(): void;
  destroy(): void;
}
