/**
 * Calls: the INVITE usage of dialogs on both sides, without I/O. RFC 3261 §12 to §15 with RFC 3262, 3311, 3326, 4028, 6141.
 *
 * One `CallTable` for an element. Its ports are a clock, chance, an outlet (an `Endpoint`, or whatever sends and answers
 * challenges) and `destinationOf`. From then on:
 *
 * - INVITE without a To tag: `table.invited(transaction, owner, face)` makes an `IncomingCall`: `ring`, `accept`, `refuse`.
 * - Every other request with a To tag: `table.find(request, belongs)?.serve(transaction)`, 481 when there is none;
 *   every ACK: `table.ack(request, belongs)`.
 * - `table.place(invite, to, owner, { face })` makes an `OutgoingCall`: its owner hears `progress`, `answered` or `failed`.
 * - What both come to is a `Call`: `offer`, `request`, `end`; its `CallOwner` hears what the peer wants, and `ended` once.
 */
export { type Body, type CallEdit, type Face, sessionOf } from "./body.ts";
export type {
  Call,
  CallEnd,
  CallFault,
  CallOwner,
  RequestMore,
  RequestOutcome,
} from "./call.ts";
export { type CallStats, CallTable } from "./call-table.ts";
export type { OfferOutcome } from "./exchange.ts";
export type { CancelReason, IncomingCall, IncomingOwner, Ring } from "./incoming-call.ts";
export type { Answer, Offer } from "./offer.ts";
export type { OutgoingCall, Placing } from "./outgoing-call.ts";
export type { CallFailure, OutgoingOwner } from "./outgoing-owner.ts";
export type { Peer } from "./peer.ts";
export type {
  CallAsker,
  CallOptions,
  CallOutlet,
  CallPorts,
  CallSending,
  SentRequest,
} from "./ports.ts";
