/** Hears for a member what is said in the room, and keeps it: it is nobody that a message waits for. OMA IM 13, clauses 15.1, 15.3 */
import { CPIM, displayTextOf, IS_COMPOSING } from "@parlance/im";
import type { HeardMessage, RoomEar, RoomListening } from "../../ports/index.ts";
import type { Member, RoomEnd, RoomMessage } from "./model.ts";

export interface EarPorts {
  readonly ear: RoomEar;
  changed(): void;
}

export class Ear implements RoomListening, RoomEnd {
  readonly member: Member;
  readonly behind = true;
  /** Nobody is told what has become of a message here. */
  readonly awaited = false;
  readonly privately = true;
  readonly oneTo = false;
  readonly #ports: EarPorts;

  constructor(member: Member, ports: EarPorts) {
    this.member = member;
    this.#ports = ports;
  }

  detach(): void {
    if (this.member.ends.delete(this)) this.#ports.changed();
  }

  takes(essence: string): boolean {
    return essence !== IS_COMPOSING;
  }

  judge(): undefined {
    return undefined;
  }

  post({ from, kind, envelope }: RoomMessage): void {
    if (from === undefined || kind !== "message") return; // the room itself, and receipts
    const heard = this.begins(from, envelope.length);
    heard?.write(envelope);
    heard?.end();
  }

  /** One that goes on as it comes. */
  begins({ row }: Member, sizeBytes: number | undefined): HeardMessage | undefined {
    const { entity, anonymous } = row.appearance;
    const [address] = row.identities;
    return this.#ports.ear({
      direction: row.key === this.member.row.key ? "sent" : "received",
      from: { uri: entity, name: displayTextOf(row.appearance) },
      authId: anonymous ? undefined : address,
      contentType: CPIM,
      contentHeaders: [],
      sizeBytes,
    });
  }
}
