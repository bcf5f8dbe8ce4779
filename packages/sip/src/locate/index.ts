/** Finding the hop behind a URI. RFC 3263 */
export type { NaptrRecord, Resolver, SrvRecord } from "./resolver.ts";
