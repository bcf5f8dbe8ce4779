/** One run of the server, from its start to its end or its crash. */
import {
  type ContentRecord,
  createServer,
  type Log,
  type MemoryContent,
  type MemoryImage,
  type MemoryStores,
  type Metrics,
  memoryContent,
  memoryStores,
  type Server,
  type ServerConfig,
} from "@parlance/server";
import { type Clock, type Hashing, type Random, utf8Bytes, utf8Text } from "@parlance/wire";
import { agreedStartHash } from "../machine/agreed-hashing.ts";
import { Life } from "../machine/life.ts";
import type { SeededRandom } from "../machine/seeded-random.ts";
import { type DiskHealth, slowDisk } from "../machine/slow-disk.ts";
import type { Host } from "../network/host.ts";
import type { MsrpSockets } from "../network/msrp-sockets.ts";
import type { Network } from "../network/network.ts";
import type { Sockets } from "../network/sockets.ts";
import type { Web } from "../network/web.ts";
import type { Ladder } from "./ladder.ts";

export interface ServerSurroundings {
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly hashing: Hashing;
  readonly network: Network;
  readonly host: Host;
  readonly web: Web;
  readonly disk: Readonly<DiskHealth>;
  readonly ladder: Ladder;
}

/** What a disk holds when its machine has been switched off. */
export interface DiskImage {
  readonly stores: MemoryImage;
  readonly content: readonly ContentRecord[];
  readonly largeMessages: readonly ContentRecord[];
}

/** Where sessions of devices lead, by how they reach the server. */
const MSRP_PLACES = [
  { secure: false, transport: "tcp", port: 2855 },
  { secure: true, transport: "tcp", port: 2856 },
  { secure: false, transport: "ws", port: 80 },
  { secure: true, transport: "ws", port: 443 },
] as const;

/** The same in every life, as if they were kept in a file. */
const SECRET = utf8Bytes("the secret of a world in memory!");

export class RunningServer {
  readonly server: Server;
  readonly stores: MemoryStores;
  readonly content: MemoryContent;
  readonly #largeMessages: MemoryContent;
  readonly #life: Life;
  readonly #sockets: Sockets;
  readonly #web: Web;
  readonly #msrp: MsrpSockets;

  static async start(
    around: ServerSurroundings,
    image: DiskImage | undefined,
  ): Promise<RunningServer> {
    const { config, clock, random, hashing, network, host, web, ladder } = around;
    const life = new Life(clock);
    const disk = slowDisk(around.disk, life, random.fork());
    const stores = memoryStores({ disk, ...(image === undefined ? {} : { image: image.stores }) });
    const kept = (of: readonly ContentRecord[] | undefined): MemoryContent =>
      memoryContent({
        random: random.fork(),
        startHash: agreedStartHash,
        now: () => clock.now(),
        disk,
        ...(of === undefined ? {} : { image: of }),
      });
    const content = kept(image?.content);
    const largeMessages = kept(image?.largeMessages);
    const sockets = network.sockets(host, life, true);
    const msrp = network.msrpSockets(host, life);
    const server = await createServer(config, {
      transports: sockets,
      msrp,
      stores,
      content,
      largeMessages,
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
        cursors: SECRET,
        tokens: { current: SECRET },
      },
      log: logTo(ladder, clock),
      metrics: unmeasured,
    });
    sockets.hear(server.events);
    web.serve(server.web.handle);
    const { media } = server;
    msrp.listen((connection) => media?.taken(connection));
    for (const place of MSRP_PLACES) media?.listens({ ...place, host: host.address });
    return new RunningServer({ server, stores, content, largeMessages, life, sockets, msrp, web });
  }

  private constructor(of: {
    readonly server: Server;
    readonly stores: MemoryStores;
    readonly content: MemoryContent;
    readonly largeMessages: MemoryContent;
    readonly life: Life;
    readonly sockets: Sockets;
    readonly msrp: MsrpSockets;
    readonly web: Web;
  }) {
    this.server = of.server;
    this.stores = of.stores;
    this.content = of.content;
    this.#largeMessages = of.largeMessages;
    this.#life = of.life;
    this.#sockets = of.sockets;
    this.#msrp = of.msrp;
    this.#web = of.web;
  }

  /** Like kill -9: what a new life finds is what was committed. */
  crash(): DiskImage {
    const image = {
      stores: this.stores.image(),
      content: this.content.image(),
      largeMessages: this.#largeMessages.image(),
    };
    this.#life.end();
    this.#web.serve(undefined);
    void this.#sockets.end();
    this.#msrp.end();
    return image;
  }

  async stop(): Promise<void> {
    this.server.stop();
    this.#web.serve(undefined);
    await this.#sockets.end();
    this.#msrp.end();
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
