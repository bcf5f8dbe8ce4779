/** The first envelope that a device gets, when it comes in several chunks: what follows waits for the answer to the first of them. RFC 4975 §10.5 */
import type { StreamedSend } from "../ports/index.ts";
import type { Leg } from "./leg.ts";
import type { Going } from "./passing.ts";

export class FirstEnvelope {
  readonly #from: Leg;
  readonly #held: (() => void)[] = [];

  /** Its sender is not read meanwhile: what waits is what was read already. */
  constructor(from: Leg) {
    this.#from = from;
    from.hold(this);
  }

  keep(run: () => void): void {
    this.#held.push(run);
  }

  stream(begin: () => StreamedSend): StreamedSend {
    const held = new HeldStream();
    this.keep(() => held.release(begin()));
    return held;
  }

  /** One that was looked at already. */
  going(begin: () => Going): Going {
    let going: Going | undefined;
    const waiting: ((begun: Going) => void)[] = [];
    const act = (run: (begun: Going) => void): void => {
      if (going === undefined) waiting.push(run);
      else run(going);
    };
    this.keep(() => {
      going = begin();
      for (const run of waiting.splice(0)) run(going);
    });
    return {
      get failed() {
        return going?.failed === true;
      },
      piece: (bytes) => {
        const copy = going === undefined ? bytes.slice() : bytes; // its place is used again
        act((begun) => begun.piece(copy));
      },
      end: (flag) => act((begun) => begun.end(flag)),
      refuse: (status) => act((begun) => begun.refuse(status)),
    };
  }

  /** It is known by now how the device wants it: the rest goes on, in its order. */
  over(): void {
    this.#from.letGo(this);
    for (const run of this.#held.splice(0)) run();
  }
}

class HeldStream implements StreamedSend {
  #stream: StreamedSend | undefined;
  readonly #waiting: ((stream: StreamedSend) => void)[] = [];

  piece(bytes: Uint8Array): void {
    const copy = this.#stream === undefined ? bytes.slice() : bytes; // its place is used again
    this.#do((stream) => stream.piece(copy));
  }

  end(flag: Parameters<StreamedSend["end"]>[0]): void {
    this.#do((stream) => stream.end(flag));
  }

  broken(): void {
    this.#do((stream) => stream.broken());
  }

  release(stream: StreamedSend): void {
    this.#stream = stream;
    for (const act of this.#waiting.splice(0)) act(stream);
  }

  #do(act: (stream: StreamedSend) => void): void {
    if (this.#stream === undefined) this.#waiting.push(act);
    else act(this.#stream);
  }
}
