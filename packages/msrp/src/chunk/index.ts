/** Messages of any size in chunks, both ways. RFC 4975 §5.1, §7.1.1, §7.3.1 */
export { ChunkReceiver, type ChunkReceiverPorts, type StreamedChunk } from "./chunk-receiver.ts";
export { ChunkSender, type ChunkSenderPorts } from "./chunk-sender.ts";
export {
  type AbandonReason,
  gather,
  type IncomingControl,
  type IncomingHead,
  type IncomingSink,
} from "./incoming.ts";
export {
  type ReceiveLimits,
  receiveLimits,
  type SendLimits,
  sendLimits,
  UNINTERRUPTED_BYTES,
} from "./limits.ts";
export type { MessageLife, OutgoingMessage, SendFailure, Sending } from "./outgoing.ts";
export { onwardHeaders, Recut, type RecutChunk, type RecutFace, rangeIn } from "./recut.ts";
export { bytesSource, type MessageSource, type Pulled, streamSource } from "./source.ts";
