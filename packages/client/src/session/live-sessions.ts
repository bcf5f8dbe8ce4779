/** Everything that sessions are made of, put together: loaded when the first one is needed. OMA IM 7.1, 9.1, 10.1 */
import type { ServerTransaction, SipRequest } from "@parlance/sip";
import type { GroupInvitation } from "../conference/group-invitation.ts";
import type { Room } from "../conference/room.ts";
import { Rooms, type RoomsPorts } from "../conference/rooms.ts";
import { Calls } from "../connection/calls.ts";
import type { Faces } from "../connection/faces.ts";
import type { Requests } from "../connection/requests.ts";
import { FileReceiver } from "./files/file-receiver.ts";
import type { FileRecorder } from "./files/file-recorder.ts";
import { type FileShare, FileSharing } from "./files/file-sharing.ts";
import type { IncomingFile } from "./files/incoming-file.ts";
import type { SessionSettings } from "./session-settings.ts";
import { Sessions, type SessionsPorts } from "./sessions.ts";

export interface LiveSessionsPorts extends Omit<SessionsPorts, "calls"> {
  readonly faces: Faces;
  readonly requests: Requests;
  readonly subscriptions: RoomsPorts["subscriptions"];
  readonly store: RoomsPorts["store"];
  readonly past: RoomsPorts["past"];
  readonly recorder: FileRecorder;
  /** What rooms offer beside their sessions. */
  readonly room: RoomsPorts["room"];
  readonly roomChanged: (address: string) => void;
  readonly roomArrived: (room: Room) => void;
  /** False when nobody decides. */
  readonly invitedIntoGroup: (invitation: GroupInvitation) => boolean;
  /** A file is offered; false: nobody decides about it. */
  readonly fileOffered: (file: IncomingFile) => boolean;
  /** What the user has asked the server for comes as a file. */
  readonly askedForFile: (request: SipRequest) => void;
  readonly share: () => FileShare | undefined;
}

export class LiveSessions {
  readonly sessions: Sessions;
  readonly rooms: Rooms;
  readonly files: FileReceiver;
  readonly #calls: Calls;

  constructor(ports: LiveSessionsPorts, settings: SessionSettings) {
    const { runtime, sender, recorder, report } = ports;
    const { clock, random, startHash } = runtime;
    this.#calls = new Calls({ ...ports, clock, random });
    this.sessions = new Sessions({ ...ports, calls: this.#calls }, settings);
    const { door } = this.sessions;
    const forFiles = { clock, random, startHash, sender, door, recorder, report };
    this.files = new FileReceiver({ ...forFiles, offered: ports.fileOffered });
    const sharing = new FileSharing({ ...forFiles, share: ports.share });
    this.sessions.files = (invitation, transaction, over) => {
      ports.askedForFile(transaction.request);
      return invitation.offered?.media.direction === "recvonly"
        ? sharing.invited(invitation, transaction, over)
        : this.files.invited(invitation, transaction, over);
    };
    this.rooms = this.#makeRooms(ports, settings);
    this.sessions.groups = (...of) => this.rooms.invited(...of);
  }

  /** An INVITE that begins something. */
  invited(transaction: ServerTransaction): Promise<void> {
    return this.sessions.invited(transaction);
  }

  /** A request in a call. */
  serve(transaction: ServerTransaction): void | Promise<void> {
    return this.#calls.serve(transaction);
  }

  acknowledge(ack: SipRequest): void {
    this.#calls.acknowledge(ack);
  }

  lineIsBack(): void {
    this.sessions.lineIsBack();
    this.rooms.lineIsBack();
  }

  /** Goodbye to everybody. */
  end(): void {
    this.files.end();
    this.rooms.suspend();
    this.sessions.end();
  }

  /** After `end`, when goodbyes have been said. */
  stop(): void {
    this.sessions.stop();
    this.#calls.stop();
  }

  #makeRooms(ports: LiveSessionsPorts, { groups: policy }: SessionSettings): Rooms {
    const { runtime, sender, subscriptions, store, past, take, room, report } = ports;
    const { clock, random } = runtime;
    const { door, media } = this.sessions;
    return new Rooms({
      clock,
      random,
      sender,
      subscriptions,
      store,
      past,
      door,
      media,
      policy,
      take,
      room,
      changed: ports.roomChanged,
      arrived: ports.roomArrived,
      invited: ports.invitedIntoGroup,
      report,
    });
  }
}
