/** Secrets are kept encrypted; only who holds the server key reads them. */
export interface Sealing {
  seal(text: string): Uint8Array;
  /** Undefined when it was not sealed with a key of ours, or was changed since. */
  open(sealed: Uint8Array): string | undefined;
}
