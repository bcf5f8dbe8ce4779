/** Legs over a program that only joins sockets: what MSRP costs when nobody reads it on the way. */
import type { Leg } from "./session-phone.ts";

/** Connections are joined in the order in which they come, two by two. */
export function openPiped(port: number, at: number): readonly [Leg, Leg] {
  const near = `msrp://127.0.0.1:9/u${2 * at}a1-as-long-as-a-real-one;tcp`;
  const far = `msrp://127.0.0.1:9/u${2 * at + 1}b1-as-long-as-a-real-one;tcp`;
  const place = { host: "127.0.0.1", port };
  return [
    { ...place, toPath: far, fromPath: near },
    { ...place, toPath: near, fromPath: far },
  ];
}
