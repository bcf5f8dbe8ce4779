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
import { Timer } from "./timers.ts";
import type { Wheel } from "./wheel.ts";

export interface Performer<V extends Vocabulary> {
  perform(action: V["action"]): void;
  /** The table has come to its end. */
  ended(): void;
}

class Armed<V extends Vocabulary> extends Timer {
  readonly alarm: Alarm<V>;
  readonly #runner: Runner<V>;

  constructor(alarm: Alarm<V>, runner: Runner<V>) {
    super();
    this.alarm = alarm;
    this.#runner = runner;
  }

  fire(): void {
    this.#runner.input(this.alarm.timer);
  }
}

const NONE: readonly never[] = [];

/** A table is over once it is in a state called "terminated" with no timer in it. */
export class Runner<V extends Vocabulary> {
  readonly #plan: Plan<V>;
  readonly #wheel: Wheel;
  readonly #performer: Performer<V>;
  #running: Running<V>;
  #armed: readonly Armed<V>[] = NONE;
  #over = false;

  constructor(plan: Plan<V>, wheel: Wheel, performer: Performer<V>) {
    this.#plan = plan;
    this.#wheel = wheel;
    this.#performer = performer;
    this.#running = { state: plan.machine.initial[0], alarms: NONE };
  }

  get state(): V["state"] {
    return this.#running.state;
  }

  /** Nothing will happen any more. */
  get over(): boolean {
    return this.#over;
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
    for (const armed of this.#armed) this.#wheel.cancel(armed);
    this.#armed = NONE;
    this.#performer.ended();
  }

  /**
   * The new state holds before the actions are performed: they may lead back in here, or out of the state at once, and
   * only the timers of the state in which all this ends are set.
   */
  #take({ running, actions }: Step<V>): void {
    this.#running = running;
    for (const action of actions) this.#performer.perform(action);
    if (this.#over) return;
    const { alarms, state } = this.#running;
    if (alarms.length > 0 || this.#armed.length > 0) this.#arm(alarms);
    if (alarms.length === 0 && state === "terminated") this.forget();
  }

  #arm(alarms: readonly Alarm<V>[]): void {
    const before = this.#armed;
    for (const armed of before) if (!alarms.includes(armed.alarm)) this.#wheel.cancel(armed);
    this.#armed =
      alarms.length === 0
        ? NONE
        : alarms.map((alarm) => armedOf(before, alarm) ?? this.#set(alarm));
  }

  #set(alarm: Alarm<V>): Armed<V> {
    const armed = new Armed(alarm, this);
    this.#wheel.start(armed, alarm.waitMs);
    return armed;
  }
}

function armedOf<V extends Vocabulary>(
  armed: readonly Armed<V>[],
  alarm: Alarm<V>,
): Armed<V> | undefined {
  for (const one of armed) if (one.alarm === alarm) return one;
  return undefined;
}
