/** Messages that wait for the server: kept in the store, sent one after the other to each target, sent again after a loss. RFC 3428 §8 */
import type { SendFailure } from "@parlance/msrp";
import type { Clock } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { onAbort, type Signal } from "../base/signal.ts";
import { Turns } from "../base/turns.ts";
import {
  type ClientStore,
  isInRoom,
  type SendingState,
  type SentRecord,
} from "../store/client-store.ts";
import type { Carrier, RoomCarrier } from "./carrier.ts";
import { Kept } from "./kept.ts";
import { Lane } from "./lane.ts";
import { type Attempt, PagerWay, type PagerWayPorts } from "./pager-way.ts";
import { isOver, isSame, keptOf, moved, UNDELIVERED } from "./record-states.ts";
import { judgeRoomFailure } from "./room-refusal.ts";
import { isSettled, SentMessage } from "./sent-message.ts";
import type { Reached } from "./to-each.ts";

export interface OutboxPorts extends Omit<PagerWayPorts, "reached"> {
  readonly clock: Clock;
  readonly store: ClientStore;
  /** A session that carries it; undefined when it goes by signalling. */
  readonly session: (record: SentRecord) => Promise<Carrier | undefined>;
  /** The session of the group that it is for; "wait" while it is on its way back. */
  readonly room: (record: SentRecord) => Promise<RoomCarrier | "wait" | ImError>;
  /** Whoever lives at an address has taken a message that went by signalling. */
  readonly met: (address: string) => void;
  readonly report: (error: unknown) => void;
  readonly changed: (message: SentMessage) => void;
}

/** Sent messages that an application may still hold; older ones live in the store alone. */
const MAX_LIVE = 1_000;
/** In one session, without an answer. Of two the one could be refused, and come by the other way after the other. */
const MAX_CARRIED = 1;
/** A group that comes back wakes those who wait for it; this is for the case that it just did. */
const ROOM_WAIT_MS = 5_000;

interface Abortable {
  readonly signal: Signal;
  readonly letGo: () => void;
}

export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #pager: PagerWay;
  readonly #lanes = new Map<string, Lane>();
  readonly #live = new Map<string, SentMessage>();
  readonly #abortable = new Map<string, Abortable>();
  /** The server has them, and the far end is asked once more whether it does, too. */
  readonly #asking = new Set<string>();
  /** What groups did not take at once: how often, and when it is tried again. */
  readonly #again = new Map<string, { readonly tries: number; readonly at: number }>();
  readonly #kept = new Kept();
  readonly #turns = new Turns();
  #idle: (() => void)[] = [];
  #open = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    const reached: PagerWayPorts["reached"] = (id, to, by) => this.#reached(id, to, by);
    this.#pager = new PagerWay({ ...ports, reached });
  }

  /** What an earlier process left behind goes first. */
  async restore(): Promise<void> {
    for (const record of await this.#ports.store.pending()) {
      if (record.direction !== "sent") continue;
      if (isSettled(record)) this.#kept.note(record, record.at);
      else this.#enqueue(this.#track(record));
    }
  }

  /** Keeps it first, then sends it. Rejects only when the store does. */
  async add(record: SentRecord, message: SentMessage, signal: Signal | undefined): Promise<void> {
    const kept = await this.#ports.store.add(record);
    if (kept === undefined) throw new Error("the message id is in use");
    message.update(kept);
    this.#keepLive(message);
    this.#enqueue(message);
    if (signal === undefined) return;
    const letGo = onAbort(signal, () => this.#takeBack(message));
    this.#abortable.set(record.id, { signal, letGo });
  }

  /** There is a registered line now. */
  resume(): void {
    this.#open = true;
    for (const [target, lane] of this.#lanes) {
      lane.wake();
      this.#run(target, lane);
    }
  }

  /** The line is gone; what was under way over it is sent again later. */
  pause(): void {
    this.#open = false;
    for (const lane of this.#lanes.values()) lane.wake();
  }

  /** What waits for this conversation is looked at anew. */
  wake(conversation: string): void {
    this.#lanes.get(conversation)?.wake();
  }

  /** Sends nothing any more; what waits stays in the store. */
  end(): void {
    this.pause();
    for (const { letGo } of this.#abortable.values()) letGo();
    for (const message of this.#live.values()) message.abandon();
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The same object as long as it is alive, so that its listeners hear of changes. */
  message(record: SentRecord): SentMessage {
    return this.#live.get(record.id) ?? this.#track(record);
  }

  /** A receipt moves the recipient who sent it. False: no such message. IM-8.1.1-N3 */
  async advance(id: string, to: SendingState, recipient: string): Promise<boolean> {
    return this.#change(id, (record) => moved(record, to, { recipient, failure: UNDELIVERED }));
  }

  #track(record: SentRecord): SentMessage {
    const message = new SentMessage(record, this.#ports.report);
    this.#keepLive(message);
    return message;
  }

  #keepLive(message: SentMessage): void {
    this.#live.set(message.id, message);
    if (this.#live.size <= MAX_LIVE) return;
    for (const [id, { record }] of this.#live) {
      if (!isSettled(record)) continue;
      this.#live.delete(id);
      return;
    }
  }

  #enqueue(message: SentMessage): void {
    const target = message.record.conversation;
    const lane = this.#laneOf(target);
    lane.add(message);
    this.#run(target, lane);
  }

  #laneOf(target: string): Lane {
    const lane = this.#lanes.get(target) ?? new Lane(this.#ports.clock);
    this.#lanes.set(target, lane);
    return lane;
  }

  /** What was not sent yet never will be; what is under way cannot be called back, unless a session can. */
  #takeBack(message: SentMessage): void {
    const target = message.record.conversation;
    const lane = this.#lanes.get(target);
    if (lane === undefined) return;
    lane.callBack(message);
    if (!lane.waits(message)) return;
    if (lane.first === message && lane.running) return lane.wake();
    lane.remove(message);
    this.#fail(message, new ImError("aborted")).catch(this.#ports.report);
    if (!lane.running) this.#rested(target, lane);
  }

  #run(target: string, lane: Lane): void {
    if (lane.running || !this.#open) return;
    lane.running = true;
    this.#drain(lane)
      .catch(this.#ports.report) // the store failed: the next message or connection tries again
      .finally(() => {
        lane.running = false;
        this.#rested(target, lane);
      });
  }

  #rested(target: string, lane: Lane): void {
    if (!lane.resting || this.#lanes.get(target) !== lane) return;
    this.#lanes.delete(target);
    if (this.#lanes.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }

  async #drain(lane: Lane): Promise<void> {
    while (this.#open) {
      const message = lane.first;
      if (message === undefined) return;
      const waitMs = await this.#bring(message, lane);
      if (waitMs !== undefined && this.#open) await lane.sleep(waitMs);
    }
  }

  /** The wait before the first message is looked at again; undefined when it is on its way, or settled. */
  async #bring(message: SentMessage, lane: Lane): Promise<number | undefined> {
    const { id, record } = message;
    const asking = this.#asking.has(id);
    // A receipt may have come before the answer.
    if (isSettled(record) && !(asking && record.state === "accepted"))
      return this.#settled(message, lane);
    if (this.#abortable.get(id)?.signal.aborted)
      return this.#fail(message, new ImError("aborted"), lane);
    if (isOver(record, this.#ports.clock.now()))
      return this.#fail(message, new ImError("expired"), lane);
    if (isInRoom(record)) return this.#bringToRoom(message, lane);
    const overtakes = this.#kept.has(record.conversation, this.#ports.clock.now());
    if (!overtakes && lane.mayBeCarried(message)) {
      const session = await this.#ports.session(record);
      if (!this.#open || lane.first !== message) return undefined;
      if (session !== undefined) return this.#carry(message, lane, session);
    }
    if (lane.carrying > 0) {
      await lane.untilLeft(); // what went before comes first
      return undefined;
    }
    if (!asking) await this.#change(id, (now) => moved(now, "sent"));
    if (!this.#open) return undefined;
    const attempt = await this.#pager.send(record, lane, this.#abortable.get(id)?.signal);
    return this.#judge(message, lane, attempt);
  }

  /** Nothing but its session brings it. IM-7.1.3.2.1-P1 */
  async #bringToRoom(message: SentMessage, lane: Lane): Promise<number | undefined> {
    const { at = 0 } = this.#again.get(message.id) ?? {};
    const now = this.#ports.clock.now();
    if (at > now) return at - now;
    const room = await this.#ports.room(message.record);
    if (!this.#open || lane.first !== message) return undefined;
    if (room instanceof ImError) return this.#fail(message, room, lane);
    if (room === "wait") return ROOM_WAIT_MS;
    const waitMs = room.waitMs();
    return waitMs > 0 ? waitMs : this.#carry(message, lane, room);
  }

  async #judge(message: SentMessage, lane: Lane, attempt: Attempt): Promise<number | undefined> {
    if (attempt.do === "wait") return attempt.waitMs;
    // What the server has anyway cannot fail any more: only a yes tells anything.
    if (attempt.do === "fail" && this.#asking.has(message.id)) return this.#settled(message, lane);
    if (attempt.do === "fail") return this.#fail(message, attempt.error, lane);
    if (attempt.state === "delivered") this.#ports.met(message.record.conversation);
    // Later messages wait behind what the server keeps: this one has not.
    if (attempt.state !== "deferred") this.#kept.passed(message.record.conversation);
    await this.#change(message.id, (record) => moved(record, attempt.state));
    return this.#settled(message, lane);
  }

  async #carry(message: SentMessage, lane: Lane, session: Carrier): Promise<number | undefined> {
    if (lane.carrying >= MAX_CARRIED) {
      await lane.untilLeft();
      return undefined;
    }
    await this.#change(message.id, (record) => moved(record, "sent"));
    if (!this.#open) return undefined;
    const sending = session.send(message.record, {
      accepted: () => this.#carried(message, "accepted"),
      delivered: () => this.#carried(message, "delivered"),
      unreported: () => this.#askAgain(message, session),
      failed: (failure) => this.#notCarried(message, failure),
    });
    if (sending !== undefined) lane.carry(message, sending);
    else if (isInRoom(message.record)) return ROOM_WAIT_MS;
    else lane.leaveToSignalling(message);
    return undefined;
  }

  #carried(message: SentMessage, state: SendingState): void {
    this.#change(message.id, (record) => moved(record, state)).catch(this.#ports.report);
    const lane = this.#laneOf(message.record.conversation);
    lane.leave(message);
    this.#settled(message, lane);
  }

  #notInRoom(message: SentMessage, failure: SendFailure): void {
    const { id, record } = message;
    const { tries = 0 } = this.#again.get(id) ?? {};
    const lane = this.#laneOf(record.conversation);
    lane.leave(message);
    const outcome = judgeRoomFailure(failure, record, tries);
    if (outcome.do === "fail") {
      this.#fail(message, outcome.error, lane).catch(this.#ports.report);
    } else if (outcome.do === "partly") {
      // The report may have overtaken the answer of the room, which has it. RFC 4975 §7.1.4
      this.#change(id, (now) => moved({ ...now, partly: true }, "accepted")).catch(
        this.#ports.report,
      );
      this.#settled(message, lane);
    } else {
      this.#again.set(id, { tries: tries + 1, at: this.#ports.clock.now() + outcome.waitMs });
      lane.putBack(message);
      this.#run(record.conversation, lane);
    }
  }

  /** It goes the other way; what the next hop had before it failed is lost behind it. */
  #notCarried(message: SentMessage, failure: SendFailure): void {
    if (isInRoom(message.record)) return this.#notInRoom(message, failure);
    const { why, status, reported } = failure;
    const target = message.record.conversation;
    const lane = this.#laneOf(target);
    lane.leave(message);
    if (why === "aborted" || reported) {
      const error = reported
        ? new ImError("not reachable", status === undefined ? {} : { status })
        : new ImError("aborted");
      this.#fail(message, error, lane).catch(this.#ports.report);
      return;
    }
    lane.putBack(message);
    this.#run(target, lane);
  }

  /**
   * The session has ended before the far end could say that it has the message. Whoever knows it by its id
   * drops the copy, and answers.
   */
  #askAgain(message: SentMessage, session: Carrier): void {
    const { id, record } = message;
    if (!session.knowsDoubles || record.state !== "accepted") return;
    const lane = this.#laneOf(record.conversation);
    this.#asking.add(id);
    lane.putBack(message);
    this.#run(record.conversation, lane);
  }

  /** Nothing is to be done about it any more. */
  #settled(message: SentMessage, lane: Lane): undefined {
    lane.remove(message);
    this.#asking.delete(message.id);
    this.#again.delete(message.id);
    this.#abortable.get(message.id)?.letGo();
    this.#abortable.delete(message.id);
    if (!lane.running) this.#rested(message.record.conversation, lane);
  }

  async #fail(message: SentMessage, error: ImError, lane?: Lane): Promise<undefined> {
    const failure = keptOf(error);
    await this.#change(message.id, (record) => moved(record, "failed", { failure }));
    if (lane !== undefined) this.#settled(message, lane);
  }

  async #reached(id: string, to: SendingState, by: Reached): Promise<void> {
    const { recipient, error } = by;
    const failure = error && keptOf(error);
    await this.#change(id, (record) => moved(record, to, { recipient, failure }));
  }

  /** Each change starts from what the one before has left. False: no such message. */
  #change(id: string, change: (record: SentRecord) => SentRecord): Promise<boolean> {
    return this.#turns.take(id, async () => {
      const message = this.#live.get(id);
      const record = message?.record ?? (await this.#ports.store.sent(id));
      if (record === undefined) return false;
      const changed = change(record);
      await this.#ports.store.change(changed);
      this.#kept.note(changed, this.#ports.clock.now());
      if (message === undefined || isSame(record, changed)) return true;
      message.update(changed);
      this.#ports.changed(message);
      return true;
    });
  }
}
