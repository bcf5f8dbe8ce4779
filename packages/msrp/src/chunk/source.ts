/** Where the octets of a message come from, pulled as the network takes them. */

/** Octets, or `undefined` at the end. */
export type Pulled = Uint8Array | undefined;

export interface MessageSource {
  /** All of its octets, where that is known. */
  readonly sizeBytes: number | undefined;
  /**
   * One to `maxBytes` octets from `offset` on, which counts from zero; at once or later, and never two reads
   * at a time. After a lost connection it may be asked again for what was not released. A rejection ends the
   * message.
   */
  read(offset: number, maxBytes: number): Pulled | Promise<Pulled>;
  /** What lies before `offset` has arrived and is never read again. */
  release?(offset: number): void;
  /** Nothing is read any more. */
  close?(): void;
}

export function bytesSource(bytes: Uint8Array): MessageSource {
  return {
    sizeBytes: bytes.length,
    read: (offset, maxBytes) =>
      offset >= bytes.length ? undefined : bytes.subarray(offset, offset + maxBytes),
  };
}

/**
 * Of a stream that can be read once. What has not been released is kept, so that it can be sent again: no
 * more than the window of the sender.
 */
export function streamSource(
  stream: AsyncIterable<Uint8Array>,
  sizeBytes: number | undefined,
): MessageSource {
  const pieces = stream[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  let keptFrom = 0;
  let keptTo = 0;

  function find(offset: number, maxBytes: number): Pulled {
    let at = keptFrom;
    for (const piece of kept) {
      if (offset < at + piece.length) return piece.subarray(offset - at, offset - at + maxBytes);
      at += piece.length;
    }
    return undefined;
  }

  async function pull(offset: number, maxBytes: number): Promise<Pulled> {
    while (offset >= keptTo) {
      const next = await pieces.next();
      if (next.done === true) return undefined;
      if (next.value.length === 0) continue;
      kept.push(next.value);
      keptTo += next.value.length;
    }
    return find(offset, maxBytes);
  }

  return {
    sizeBytes,
    read(offset, maxBytes) {
      if (offset < keptFrom) return Promise.reject(new RangeError("what was read is gone"));
      return find(offset, maxBytes) ?? pull(offset, maxBytes);
    },
    release(offset) {
      for (let first = kept[0]; first !== undefined; first = kept[0]) {
        if (keptFrom + first.length > offset) return;
        keptFrom += first.length;
        kept.shift();
      }
    },
    close() {
      kept.length = 0;
      // The rest of the stream is nobody's; what closing it has to say is nobody's either.
      void pieces.return?.().catch(() => {});
    },
  };
}
