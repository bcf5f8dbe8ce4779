/** Connections for sessions in a page: what opens them is loaded with the first one. RFC 7977 */
import type { DialOutcome, DialTarget, MsrpDialer } from "@parlance/msrp";
import type { Cancel, Clock } from "@parlance/wire";
import { Later } from "../base/later.ts";
import { loaded } from "../base/loaded.ts";

export class LateDialer implements MsrpDialer {
  readonly #dialer: Later<MsrpDialer>;

  constructor(clock: Clock) {
    this.#dialer = new Later(() => load(clock));
  }

  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel {
    let cancel: Cancel | undefined;
    let wanted = true;
    const begin = async (): Promise<void> => {
      cancel = await this.#dial(target, () => wanted, done);
      if (!wanted) cancel?.();
    };
    void begin();
    return () => {
      wanted = false;
      cancel?.();
    };
  }

  /** Resolves with what calls it off. */
  async #dial(
    target: DialTarget,
    isWanted: () => boolean,
    done: (outcome: DialOutcome) => void,
  ): Promise<Cancel | undefined> {
    try {
      const dialer = await this.#dialer.get();
      return isWanted() ? dialer.dial(target, done) : undefined;
    } catch {
      const failure = { why: "no answer", detail: "a part could not be loaded" } as const;
      if (isWanted()) done({ ok: false, failure });
      return undefined;
    }
  }
}

async function load(clock: Clock): Promise<MsrpDialer> {
  const { MsrpWebSockets } = await msrpWebSockets();
  return new MsrpWebSockets({ clock, connect });
}

function connect(url: string): WebSocket {
  return new WebSocket(url, "msrp");
}

export function msrpWebSockets() {
  return loaded(import("../transports/msrp-web-sockets.ts"));
}
