/** All rooms of the server, and what they share. */
import { newIdent } from "@parlance/msrp";
import { type Cancel, type Clock, type Random, Wheel } from "@parlance/wire";
import type {
  LimitWatch,
  Log,
  MediaRooms,
  Metrics,
  RoomOwner,
  RoomRules,
  Towards,
} from "../../ports/index.ts";
import type { RoomStore } from "../../store/index.ts";
import type { Switch } from "../switch.ts";
import { Gathering } from "./gathering.ts";
import type { RoomLimits, RoomRates } from "./limits.ts";
import { Memory } from "./memory.ts";
import { Room } from "./room.ts";
import { type EndOfTurn, Turn } from "./turn.ts";

export interface RoomsPorts {
  readonly hub: Switch;
  readonly store: RoomStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  /** Gathers what is written; by default what is written in one event. */
  readonly endOfTurn?: EndOfTurn | undefined;
}

const LOOK_MS = 1_000;

const KEPT_PAGE = 500;

export class Rooms implements MediaRooms {
  readonly #limits: RoomLimits;
  readonly #rates: RoomRates;
  readonly #ports: RoomsPorts;
  readonly #wheel: Wheel;
  readonly #turn: Turn;
  readonly #memory = new Memory();
  readonly #gathering: Gathering;
  readonly #rooms = new Set<Room>();
  #looking: Cancel | undefined;

  constructor(limits: RoomLimits, rates: RoomRates, ports: RoomsPorts) {
    this.#limits = limits;
    this.#rates = rates;
    this.#ports = ports;
    this.#wheel = new Wheel(ports.clock);
    this.#gathering = new Gathering(limits.allGatheredBytes);
    this.#turn = new Turn(ports.endOfTurn);
    const { metrics, hits } = ports;
    hits.uses("roomGatheredBytes", () => this.#gathering.bytes);
    const paces = () => [...this.#rooms].map((room) => room.paceUsed(this.#wheel.now()));
    hits.uses("roomMessageBurst", () => Math.max(0, ...paces().map(({ member }) => member)));
    hits.uses("roomTrafficBurst", () => Math.max(0, ...paces().map(({ room }) => room)));
    metrics.gauge("rooms", "Conferences that are open", () => this.#rooms.size);
    metrics.gauge("room_gathered_bytes", "Octets of messages that are not whole yet", () => {
      return this.#gathering.bytes;
    });
    metrics.gauge("room_devices", "Devices in conferences", () => {
      return [...this.#rooms].reduce((sum, { deviceCount }) => sum + deviceCount, 0);
    });
  }

  open(rules: RoomRules, owner: RoomOwner): Room {
    const { store, random, log, hits } = this.#ports;
    const room = new Room(rules, owner, {
      limits: this.#limits,
      rates: this.#rates,
      store,
      wheel: this.#wheel,
      random,
      log,
      hits,
      turn: this.#turn,
      memory: this.#memory,
      gathering: this.#gathering,
      newId: () => newIdent(random),
      legTowards: (towards) => this.#legTowards(towards),
      forget: (gone) => void this.#rooms.delete(gone),
    });
    this.#rooms.add(room);
    this.#look();
    return room;
  }

  kept(after: string | undefined): Promise<readonly string[]> {
    return this.#ports.store.list(after, KEPT_PAGE);
  }

  forget(identity: string): void {
    this.#ports.store.remove(identity).catch((error: unknown) => {
      this.#ports.log.warn("room log", { error: String(error) });
    });
  }

  stop(): void {
    this.#looking?.();
    for (const room of this.#rooms) room.close();
    this.#wheel.stop();
  }

  #legTowards(towards: Towards) {
    const { hub } = this.#ports;
    const place = hub.places.towards(towards);
    return place && ((owner: Parameters<Switch["leg"]>[1]) => hub.leg(place, owner));
  }

  /** One timer for all: a message costs none. */
  #look(): void {
    this.#looking ??= this.#wheel.after(LOOK_MS, () => {
      this.#looking = undefined;
      const now = this.#wheel.now();
      for (const room of this.#rooms) room.look(now);
      if (this.#rooms.size > 0) this.#look();
    });
  }
}
