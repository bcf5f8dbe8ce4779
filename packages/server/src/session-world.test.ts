/** Two users and their phones, which hold sessions over a network in memory. */
import type { DialTarget, MsrpDialer } from "@parlance/msrp";
import type { ServerConfig } from "./config.ts";
import { type PhoneOptions, World } from "./core/world.test.ts";
import { SessionPhone } from "./testing/session-phone.ts";

export interface Two {
  readonly world: World;
  readonly alice: SessionPhone;
  readonly bob: SessionPhone;
  readonly dialled: DialTarget[];
  readonly settle: () => Promise<void>;
  readonly phone: (user: string, more?: PhoneOptions) => Promise<SessionPhone>;
}

const PLACE = { secure: false, host: "192.0.2.1", port: 2855 } as const;

export async function two(
  config: Partial<ServerConfig> = {},
  transports: readonly PhoneOptions[] = [],
): Promise<Two> {
  const dialled: DialTarget[] = [];
  const dialer: MsrpDialer = {
    dial(target, done) {
      dialled.push(target);
      queueMicrotask(() => done({ ok: false, failure: { why: "no answer", detail: "" } }));
      return () => {};
    },
  };
  const world = await World.open(config, undefined, dialer);
  world.server.media?.listens({ ...PLACE, transport: "tcp" });
  world.server.media?.listens({ ...PLACE, transport: "ws", port: 8_080 });
  const phone = async (user: string, more: PhoneOptions = {}): Promise<SessionPhone> => {
    const below = world.phone(user, more);
    await below.register();
    return new SessionPhone(below, user, world);
  };
  const [first, second] = transports;
  const alice = await phone("alice", first);
  const bob = await phone("bob", second);
  return { world, alice, bob, dialled, phone, settle: () => world.settle() };
}

/** In session, both devices connected. */
export async function inSession(...wishes: Parameters<typeof two>): Promise<Two> {
  const made = await two(...wishes);
  const { alice, bob, world } = made;
  alice.invite("sip:bob@parlance.test");
  await made.settle();
  connect(world, alice);
  connect(world, bob);
  return made;
}

export function connect({ server }: World, phone: SessionPhone): void {
  phone.device.connect((connection) => server.media?.taken(connection)).greet(phone.peerPath);
}
