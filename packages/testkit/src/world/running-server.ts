/** One run of the server, from its start to its end or its crash. */
import {
  createServer,
  type Log,
  type MemoryImage,
  type MemoryStores,
  type Metrics,
  memoryStores,
  type Server,
  type ServerConfig,
} from "@parlance/server";
import { type Clock, type Hashing, type Random, utf8Bytes, utf8Text } from "@parlance/wire";
import { Life } from "../machine/life.ts";
import type { SeededRandom } from "../machine/seeded-random.ts";
import { type DiskHealth, slowDisk } from "../machine/slow-disk.ts";
import type { Host } from "../network/host.ts";
import type { Network } from "../network/network.ts";
import type { Sockets } from "../network/sockets.ts";
import type { Ladder } from "./ladder.ts";

export interface ServerSurroundings {
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly hashing: Hashing;
  readonly network: Network;
  readonly host: Host;
  readonly disk: Readonly<DiskHealth>;
  readonly ladder: Ladder;
}

/** The same in every life, as if they were kept in a file. */
const SECRET = utf8Bytes("the secret of a world in memory!");

export class RunningServer {
  readonly server: Server;
  readonly stores: MemoryStores;
  readonly #life: Life;
  readonly #sockets: Sockets;

  static async start(
    around: ServerSurroundings,
    image: MemoryImage | undefined,
  ): Promise<RunningServer> {
    const { config, clock, random, hashing, network, host, ladder } = around;
    const life = new Life(clock);
    const disk = slowDisk(around.disk, life, random.fork());
    const stores = memoryStores({ disk, ...(image === undefined ? {} : { image }) });
    const sockets = network.sockets(host, life, true);
    const server = await createServer(config, {
      transports: sockets,
      stores,
      clock: life.clock,
      random: random.fork() satisfies Random,
      hashing,
      inflate: () => undefined,
      secrets: {
        credentials: plainly,
        dialogs: plainly,
        nonces: SECRET,
        gruus: SECRET,
        marks: SECRET,
        tokens: { current: SECRET },
      },
      log: logTo(ladder, clock),
      metrics: unmeasured,
    });
    sockets.hear(server.events);
    return new RunningServer(server, stores, life, sockets);
  }

  private constructor(server: Server, stores: MemoryStores, life: Life, sockets: Sockets) {
    this.server = server;
    this.stores = stores;
    this.#life = life;
    this.#sockets = sockets;
  }

  /** Like kill -9: what a new life finds is what was committed. */
  crash(): MemoryImage {
    const image = this.stores.image();
    this.#life.end();
    void this.#sockets.end();
    return image;
  }

  async stop(): Promise<void> {
    this.server.stop();
    await this.#sockets.end();
    this.#life.end();
  }
}

const plainly = {
  seal: (text: string) => utf8Bytes(text),
  open: (sealed: Uint8Array) => utf8Text(sealed),
};

const unmeasured: Metrics = {
  counter: () => ({ add: () => {} }),
  gauge: () => {},
  total: () => {},
};

function logTo(ladder: Ladder, clock: Clock): Log {
  const write =
    (level: string): Log["info"] =>
    (event, fields = {}) => {
      const about = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
      ladder.remark(clock.now(), `server ${level}: ${[event, ...about].join(" ")}`);
    };
  return { info: write("says"), warn: write("warns"), error: write("fails") };
}
