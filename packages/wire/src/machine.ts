/** Machines as tables, and the one pure step that runs them. */

/** The words of one machine: its states, timers, inputs and actions. */
export interface Vocabulary {
  readonly state: string;
  readonly timer: string;
  readonly input: string;
  readonly action: string;
}

/** Where an input leads, and what is to be done on the way, in order. */
export type Row<V extends Vocabulary> = readonly [next: V["state"], ...actions: V["action"][]];

/** What may happen in each state, as a table. An input without a row does nothing. */
export interface Machine<V extends Vocabulary> {
  readonly initial: Row<V>;
  /** The timers that live in each state; one that lives in two neighbouring states runs on. */
  readonly timers: { readonly [State in V["state"]]: readonly V["timer"][] };
  readonly rows: {
    readonly [State in V["state"]]: { readonly [Input in V["input"] | V["timer"]]?: Row<V> };
  };
}

/** A table with the waits that hold where it is used. */
export interface Plan<V extends Vocabulary> {
  readonly machine: Machine<V>;
  /** `undefined`: never fires here. `firings` counts since the timer came to life. */
  wait(timer: V["timer"], firings: number, state: V["state"]): number | undefined;
}

/** A timer that runs; the same object as long as it has neither fired nor been stopped. */
export interface Alarm<V extends Vocabulary> {
  readonly timer: V["timer"];
  readonly waitMs: number;
  readonly at: number;
  readonly firings: number;
}

export interface Running<V extends Vocabulary> {
  readonly state: V["state"];
  readonly alarms: readonly Alarm<V>[];
}

export interface Step<V extends Vocabulary> {
  readonly running: Running<V>;
  readonly actions: readonly V["action"][];
}

const NO_ALARMS: readonly never[] = [];
const NO_ACTIONS: readonly never[] = [];

export function start<V extends Vocabulary>(plan: Plan<V>, now: number): Step<V> {
  const { initial } = plan.machine;
  return enter(plan, { state: initial[0], alarms: NO_ALARMS }, actionsOf(initial), undefined, now);
}

/** `input` may be a timer: that is how time passes. */
export function step<V extends Vocabulary>(
  plan: Plan<V>,
  running: Running<V>,
  input: V["input"] | V["timer"],
  now: number,
): Step<V> {
  const row = plan.machine.rows[running.state][input];
  if (row === undefined) return { running, actions: NO_ACTIONS };
  const [state] = row;
  const actions = actionsOf(row);
  const fired = alarmOf(running.alarms, input);
  if (state === running.state && fired === undefined) return { running, actions };
  return enter(plan, { state, alarms: running.alarms }, actions, fired, now);
}

/** Of each row that was ever taken: tables do not change, and most rows are taken often. */
const actionsOfRows = new WeakMap<object, readonly string[]>();

function actionsOf<V extends Vocabulary>(row: Row<V>): readonly V["action"][] {
  const known: readonly V["action"][] | undefined = actionsOfRows.get(row);
  if (known !== undefined) return known;
  const [, ...actions] = row;
  actionsOfRows.set(row, actions);
  return actions;
}

/** The alarm that a driver has to wait for. */
export function nextAlarm<V extends Vocabulary>(running: Running<V>): Alarm<V> | undefined {
  let next: Alarm<V> | undefined;
  for (const alarm of running.alarms) if (next === undefined || alarm.at < next.at) next = alarm;
  return next;
}

/** Keeps the timers that live on, starts those that come to life; a wait of zero is over at once. */
function enter<V extends Vocabulary>(
  plan: Plan<V>,
  { state, alarms: before }: Running<V>,
  actions: readonly V["action"][],
  fired: Alarm<V> | undefined,
  now: number,
): Step<V> {
  const timers = plan.machine.timers[state];
  if (timers.length === 0) return { running: { state, alarms: NO_ALARMS }, actions };
  const alarms: Alarm<V>[] = [];
  for (const timer of timers) {
    const known = alarmOf(before, timer);
    const alarm =
      known !== undefined && known !== fired
        ? known
        : arm(plan, state, timer, fired?.timer === timer ? fired : undefined, now);
    if (alarm?.waitMs === 0) {
      const over = step(plan, { state, alarms }, timer, now);
      return { running: over.running, actions: [...actions, ...over.actions] };
    }
    if (alarm !== undefined) alarms.push(alarm);
  }
  return { running: { state, alarms }, actions };
}

/** There is one of a timer at most. */
function alarmOf<V extends Vocabulary>(
  alarms: readonly Alarm<V>[],
  timer: V["timer"] | V["input"],
): Alarm<V> | undefined {
  for (const alarm of alarms) if (alarm.timer === timer) return alarm;
  return undefined;
}

function arm<V extends Vocabulary>(
  plan: Plan<V>,
  state: V["state"],
  timer: V["timer"],
  fired: Alarm<V> | undefined,
  now: number,
): Alarm<V> | undefined {
  const firings = fired === undefined ? 0 : fired.firings + 1;
  const waitMs = plan.wait(timer, firings, state);
  return waitMs === undefined ? undefined : { timer, waitMs, at: now + waitMs, firings };
}
