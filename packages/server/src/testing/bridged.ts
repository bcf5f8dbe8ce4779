/** An anchored session of two devices, each played by hand over a connection in memory. */
import type { MsrpTransport } from "@parlance/msrp";
import type { BridgeListener, MediaRules, MediaTypes } from "../ports/index.ts";
import { SWITCH_LIMITS, type SwitchLimits } from "../switch/limits.ts";
import { Switch } from "../switch/switch.ts";
import { HandClock } from "./clock.ts";
import { Device } from "./msrp-pipe.ts";
import { CountedMetrics, countingRandom, silentLog } from "./ports.ts";

const HOST = { secure: false, host: "192.0.2.1", port: 2855 };
const OPEN: MediaRules = { admits: () => true, maxBytes: 1e9, mayBegin: () => true };

export interface BridgeWishes {
  readonly near?: Partial<MediaRules>;
  readonly far?: Partial<MediaRules>;
  readonly limits?: Partial<SwitchLimits>;
  /** Of the far device. */
  readonly transport?: MsrpTransport;
  readonly bound?: boolean;
  /** False: both are unknown until `describe` is called, and are not bound. */
  readonly described?: boolean;
  /** What each of them takes; anything by default. */
  readonly aliceTakes?: MediaTypes;
  readonly bobTakes?: MediaTypes;
  /** Hears what passes. */
  readonly listener?: BridgeListener;
}

/** Alice's device on the near side, Bob's on the far side. */
export function bridged({
  near = {},
  far: farRules = {},
  limits = {},
  transport = "tcp",
  described = true,
  bound = described,
  aliceTakes,
  bobTakes,
  listener,
}: BridgeWishes = {}) {
  const clock = new HandClock();
  const suspected: string[] = [];
  const failures: string[] = [];
  const hub = new Switch(
    { ...SWITCH_LIMITS, ...limits },
    {
      dialer: { dial: () => () => {} },
      clock,
      random: countingRandom(),
      log: silentLog,
      metrics: new CountedMetrics(),
      security: { report: (event) => void suspected.push(event) },
    },
  );
  hub.places.listens({ ...HOST, transport: "tcp" });
  hub.places.listens({ ...HOST, transport: "ws", port: 8080 });
  const towards = { key: "a", transport: "TCP", local: undefined, tagged: true } as const;
  const bridge = hub.bridge(
    towards,
    { near: { ...OPEN, ...near }, far: { ...OPEN, ...farRules } },
    (side, reason) => failures.push(`${side} ${reason}`),
    listener,
  );
  if (bridge === undefined) throw new Error("a listener is there");
  const far = bridge.farTowards({ ...towards, transport: transport === "ws" ? "WS" : "TCP" });
  bridge.choose(far);
  const taken = hub.taken.bind(hub);
  const alice = new Device("alice").connect(taken);
  const bob = new Device("bob", transport).connect(taken);
  const describe = (): void => {
    bridge.near.agree({ path: alice.path, fingerprints: [], dial: undefined, takes: aliceTakes });
    far.agree({ path: bob.path, fingerprints: [], dial: undefined, takes: bobTakes });
  };
  if (described) describe();
  if (bound) {
    alice.greet(bridge.near.uri);
    bob.greet(far.uri);
  }
  const toBob = bridge.near.uri;
  const toAlice = far.uri;
  const devices = { alice, bob, toBob, toAlice };
  return { ...devices, clock, hub, bridge, far, taken, describe, suspected, failures };
}
