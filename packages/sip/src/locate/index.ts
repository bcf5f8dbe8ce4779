/** Finding the hop behind a URI. RFC 3263 */
export {
  type Address,
  defaultPort,
  type Hop,
  isReliable,
  isSecure,
  type TransportName,
} from "./hop.ts";
export { type FinderPorts, HopFinder } from "./hop-finder.ts";
export {
  type Answers,
  type Located,
  type LocatePolicy,
  locate,
  type Question,
} from "./locate.ts";
export type { NaptrRecord, Resolver, SrvRecord } from "./resolver.ts";
export { orderServers, type Pick } from "./srv-order.ts";
