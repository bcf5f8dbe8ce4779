/** The CPIM headers by which a message asks for notifications and says their way. RFC 5438 §6 */

import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { trimBlanks } from "../characters.ts";
import {
  type Cpim,
  type CpimChanges,
  type Extension,
  formatNamedUri,
  type NamedUri,
  readNamedUri,
} from "../cpim/index.ts";
import type { Notification } from "./imdn.ts";

/** The prefix is free; this is what is compared. RFC 5438 §6.1 */
export const IMDN_HEADERS = "urn:ietf:params:imdn";

export type DispositionRequest =
  | "positive-delivery"
  | "negative-delivery"
  | "processing"
  | "display";

export interface ImdnHeaders {
  readonly messageId: string | undefined; // RFC 5438 §6.3
  /** Values that nobody here knows are passed over. RFC 5438 §7.2.1 */
  readonly requests: ReadonlySet<DispositionRequest>; // RFC 5438 §6.2
  readonly originalTo: NamedUri | undefined; // RFC 5438 §6.4
  readonly recordRoutes: readonly NamedUri[]; // RFC 5438 §6.5
  readonly routes: readonly NamedUri[]; // RFC 5438 §6.6
}

/** TOKENCHAR of RFC 3862 §3.6, and what programs in use put into identifiers besides. */
const MESSAGE_ID = /^[^\s<>"(),;\\]+$/;
const FORMAT = "imdn headers";

export function parseImdnHeaders(message: Cpim): Parsed<ImdnHeaders> {
  return parsed(() => readImdnHeaders(message));
}

/** As `parseImdnHeaders`. Throws `FormatError`. */
export function readImdnHeaders({ extensions }: Cpim): ImdnHeaders {
  let messageId: string | undefined;
  let originalTo: NamedUri | undefined;
  const requests = new Set<DispositionRequest>();
  const recordRoutes: NamedUri[] = [];
  const routes: NamedUri[] = [];
  for (const { namespace, name, value } of extensions) {
    if (namespace !== IMDN_HEADERS) continue;
    switch (name) {
      case "Message-ID":
        if (messageId !== undefined) throw new FormatError(FORMAT, 0, "Message-ID is repeated");
        if (!MESSAGE_ID.test(value)) throw new FormatError(FORMAT, 0, "Message-ID is malformed");
        messageId = value;
        break;
      case "Disposition-Notification":
        readRequests(value, requests);
        break;
      case "Original-To":
        if (originalTo !== undefined) throw new FormatError(FORMAT, 0, "Original-To is repeated");
        originalTo = readNamedUri(FORMAT, value, 0);
        break;
      case "IMDN-Record-Route":
        recordRoutes.push(readNamedUri(FORMAT, value, 0));
        break;
      case "IMDN-Route":
        routes.push(readNamedUri(FORMAT, value, 0));
        break;
      default:
    }
  }
  return { messageId, requests, originalTo, recordRoutes, routes };
}

/** Whether the sender wants to hear of it. RFC 5438 §7.1.1.3 */
export function asksFor(requests: ReadonlySet<DispositionRequest>, about: Notification): boolean {
  if (about.kind !== "delivery") return requests.has(about.kind);
  return requests.has(about.status === "delivered" ? "positive-delivery" : "negative-delivery");
}

/** One header of these, to be written or added. */
export function imdnHeader(name: string, value: string): Extension {
  return { namespace: IMDN_HEADERS, prefix: "imdn", name, parameters: "", value };
}

/** An intermediary that wants the notifications to come by goes on top. RFC 5438 §8 */
export function recordRoute(uri: string): Pick<CpimChanges, "add"> {
  return { add: [imdnHeader("IMDN-Record-Route", formatNamedUri({ name: undefined, uri }))] };
}

/** Who changes To says what it was, unless somebody did before. RFC 5438 §6.4, §8 */
export function readdress(message: Cpim, to: NamedUri): Pick<CpimChanges, "to" | "add"> {
  const [before] = message.to;
  const said = message.extensions.some(
    ({ namespace, name }) => namespace === IMDN_HEADERS && name === "Original-To",
  );
  if (before === undefined || said) return { to: [to] };
  return { to: [to], add: [imdnHeader("Original-To", formatNamedUri(before))] };
}

function readRequests(value: string, requests: Set<DispositionRequest>): void {
  for (const one of value.split(",")) {
    // Parameters may follow; none is defined. RFC 5438 §10
    const [request = ""] = one.split(";", 1);
    const name = trimBlanks(request);
    if (isRequest(name)) requests.add(name);
  }
}

function isRequest(name: string): name is DispositionRequest {
  return (
    name === "positive-delivery" ||
    name === "negative-delivery" ||
    name === "processing" ||
    name === "display"
  );
}
