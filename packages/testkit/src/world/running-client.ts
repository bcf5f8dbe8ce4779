/** One run of a client on a device. */
import { type ConnectOptions, connectWith, type ImClient } from "@parlance/client";
import type { Clock, Hashing, Random } from "@parlance/wire";
import { agreedStartHash } from "../machine/agreed-hashing.ts";
import { Life } from "../machine/life.ts";
import type { Host } from "../network/host.ts";
import type { MsrpSockets } from "../network/msrp-sockets.ts";
import type { Network } from "../network/network.ts";
import type { Sockets } from "../network/sockets.ts";
import type { Web } from "../network/web.ts";

export interface ClientSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly network: Network;
  readonly host: Host;
  readonly web: Web;
  readonly loadsSessionsLater: boolean;
}

export class RunningClient {
  /** Resolves when it is registered. */
  readonly connected: Promise<ImClient>;
  readonly #life: Life;
  readonly #msrp: MsrpSockets;
  #sockets: Sockets | undefined;

  constructor(around: ClientSurroundings, options: ConnectOptions) {
    const { clock, random, hashing, network, host, web, loadsSessionsLater } = around;
    this.#life = new Life(clock);
    this.#msrp = network.msrpSockets(host, this.#life);
    this.connected = connectWith(
      {
        clock: this.#life.clock,
        random,
        hashing,
        startHash: agreedStartHash,
        fetch: web.fetchFrom(host, this.#life),
        supports: () => true,
        loadsSessionsLater,
        msrp: this.#msrp,
        open: (events) => {
          const sockets = network.sockets(host, this.#life, false);
          sockets.hear(events);
          this.#sockets = sockets;
          return sockets;
        },
      },
      options,
    );
  }

  /** The program ends without a word; only the system closes its sockets. */
  kill(): void {
    this.#life.end();
    void this.#sockets?.end();
    this.#msrp.end();
  }
}
