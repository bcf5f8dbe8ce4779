/** Drives one table: keeps its alarms in the wheel and has its actions performed. */
import {
  type Alarm,
  nextAlarm,
  type Plan,
  type Running,
  type Step,
  start,
  step,
  type Vocabulary,
} from "./machine.ts";
import type { Cancel } from "./ports.ts";
import type { Wheel } from "./wheel.ts";

export interface Performer<V extends Vocabulary> {
  perform(action: V["action"]): void;
  /** The table has come to its end. */
  ended(): void;
}

interface Armed<V extends Vocabulary> {
  readonly alarm: Alarm<V>;
  readonly cancel: Cancel;
}

/** A table is over once it is in a state called "terminated" with no timer in it. */
export class Runner<V extends Vocabulary> {
  readonly #plan: Plan<V>;
  readonly #wheel: Wheel;
  readonly #performer: Performer<V>;
  #running: Running<V>;
  #armed: readonly Armed<V>[] = [];
  #over = false;

  constructor(plan: Plan<V>, wheel: Wheel, performer: Performer<V>) {
    this.#plan = plan;
    this.#wheel = wheel;
    this.#performer = performer;
    this.#running = { state: plan.machine.initial[0], alarms: [] };
  }

  get state(): V["state"] {
    return this.#running.state;
  }

  /** When its next timer fires. */
  get nextAt(): number | undefined {
    return nextAlarm(this.#running)?.at;
  }

  /** What the initial row asks for happens here, not in the constructor. */
  start(): void {
    this.#take(start(this.#plan, this.#wheel.now()));
  }

  input(input: V["input"] | V["timer"]): void {
    if (this.#over) return;
    this.#take(step(this.#plan, this.#running, input, this.#wheel.now()));
  }

  /** Ends it whatever its state, without a further action. */
  forget(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { cancel } of this.#armed) cancel();
    this.#armed = [];
    this.#performer.ended();
  }

  /** The new state holds before the actions are performed: they may lead back in here. */
  #take({ running, actions }: Step<V>): void {
    this.#running = running;
    if (running.alarms.length > 0 || this.#armed.length > 0) this.#arm(running.alarms);
    for (const action of actions) this.#performer.perform(action);
    if (this.#running.alarms.length === 0 && this.#running.state === "terminated") this.forget();
  }

  #arm(alarms: readonly Alarm<V>[]): void {
    const before = this.#armed;
    for (const { alarm, cancel } of before) if (!alarms.includes(alarm)) cancel();
    this.#armed = alarms.map(
      (alarm) => before.find((armed) => armed.alarm === alarm) ?? this.#set(alarm),
    );
  }

  #set(alarm: Alarm<V>): Armed<V> {
    return { alarm, cancel: this.#wheel.after(alarm.waitMs, () => this.input(alarm.timer)) };
  }
}
