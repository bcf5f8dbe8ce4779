/** What a ladder shows, for React: rows as they come, what of them is wanted, and which one is chosen. */
import { type FeedState, openFeed } from "./feed.ts";
import { followConversation, followMessage } from "./model/follow.ts";
import type { Lane, LaneBy } from "./model/lanes.ts";
import { type Row, Rows } from "./model/rows.ts";
import { PROTOCOLS, type Step } from "./model/step.ts";
import { type Line, View, type Wanted } from "./model/view.ts";

export interface LadderState {
  readonly lines: readonly Line[];
  readonly lanes: readonly Lane[];
  readonly wanted: Wanted;
  readonly laneBy: LaneBy;
  /** Rows that are there, shown or not. */
  readonly rows: number;
  readonly shown: number;
  readonly missed: number;
  /** `none`: it is fed by the page itself. */
  readonly feed: FeedState | "none";
  readonly chosen: Line | undefined;
  /** What is followed: the row it began with. */
  readonly followed: { readonly what: "message" | "conversation"; readonly row: Row } | undefined;
  /** Words and protocols are sought by whoever tells, and the rest does not come. */
  readonly atSource: boolean;
  /** Set: nothing moves; so many have come since. */
  readonly held: number | undefined;
}

const EVERYTHING: Wanted = {
  protocols: new Set(PROTOCOLS),
  words: "",
  among: undefined,
  grouped: true,
};

export class LadderStore {
  readonly #named: ReadonlyMap<string, string>;
  #rows: Rows;
  readonly #view = new View(EVERYTHING);
  #state: LadderState;
  readonly #listeners = new Set<() => void>();
  #close: (() => void) | undefined;

  /** `named`: what users are called, where that is known, by address. */
  constructor(named: ReadonlyMap<string, string> = new Map()) {
    this.#named = named;
    this.#rows = new Rows("user", named);
    this.#state = {
      lines: [],
      lanes: [],
      wanted: EVERYTHING,
      laneBy: "user",
      rows: 0,
      shown: 0,
      missed: 0,
      feed: "none",
      chosen: undefined,
      followed: undefined,
      atSource: false,
      held: undefined,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly state = (): LadderState => this.#state;

  /** Ends what was listened to before, and forgets it. Returns how to end it. `onLost`: at each failure. */
  listen(url: string, onLost?: () => void): () => void {
    this.#close?.();
    this.clear();
    const close = openFeed(url, {
      steps: (steps, missed) => this.add(steps, missed),
      state: (feed) => {
        this.#set({ feed });
        if (feed === "lost") onLost?.();
      },
    });
    this.#close = close;
    return close;
  }

  add(steps: readonly Step[], missed = 0): void {
    const { forgotten } = this.#rows;
    const added = steps.map((step) => this.#rows.add(step)).filter((row) => row !== undefined);
    const { held, followed, wanted } = this.#state;
    if (held !== undefined) {
      this.#set({ held: held + steps.length, missed: this.#state.missed + missed });
      return;
    }
    // A step may join what is followed, and rows that went must not be shown.
    if (followed !== undefined) this.#follow(followed.what, followed.row);
    else if (this.#rows.forgotten !== forgotten) this.#view.reset(wanted, this.#rows.all);
    else this.#view.add(added);
    this.#set({ missed: this.#state.missed + missed });
  }

  clear(): void {
    this.#rows = new Rows(this.#state.laneBy, this.#named);
    const wanted = { ...this.#state.wanted, among: undefined };
    this.#view.reset(wanted, []);
    this.#set({ wanted, chosen: undefined, followed: undefined, missed: 0, held: undefined });
  }

  want(change: Partial<Omit<Wanted, "among">>): void {
    const wanted = { ...this.#state.wanted, ...change };
    this.#view.reset(wanted, this.#rows.all);
    this.#set({ wanted });
  }

  filterAtSource(atSource: boolean): void {
    this.#set({ atSource });
  }

  by(laneBy: LaneBy): void {
    const steps = this.steps();
    this.#rows = new Rows(laneBy, this.#named);
    for (const step of steps) this.#rows.add(step);
    const wanted = { ...this.#state.wanted, among: undefined };
    this.#view.reset(wanted, this.#rows.all);
    this.#set({ laneBy, wanted, chosen: undefined, followed: undefined });
  }

  choose(chosen: Line | undefined): void {
    this.#set({ chosen });
  }

  follow(what: "message" | "conversation", row: Row): void {
    this.#follow(what, row);
    this.#set({ followed: { what, row } });
  }

  followNothing(): void {
    const wanted = { ...this.#state.wanted, among: undefined };
    this.#view.reset(wanted, this.#rows.all);
    this.#set({ wanted, followed: undefined });
  }

  hold(hold: boolean): void {
    if (hold) return this.#set({ held: 0 });
    this.#view.reset(this.#state.wanted, this.#rows.all);
    this.#set({ held: undefined });
  }

  /** All that is there, with what was folded; or what is shown. */
  steps(of: "all" | "shown" = "all"): readonly Step[] {
    const rows = of === "all" ? this.#rows.all : this.#view.lines.flatMap((line) => line.rows);
    return rows
      .flatMap(({ step, again }) => [step, ...again])
      .toSorted((a, b) => a.sequence - b.sequence);
  }

  #follow(what: "message" | "conversation", row: Row): void {
    const find = what === "message" ? followMessage : followConversation;
    const wanted = { ...this.#state.wanted, among: find(row, this.#rows.all), words: "" };
    this.#view.reset(wanted, this.#rows.all);
    this.#set({ wanted });
  }

  #set(change: Partial<LadderState>): void {
    this.#state = {
      ...this.#state,
      lines: this.#view.lines,
      lanes: this.#rows.lanes,
      rows: this.#rows.all.length,
      shown: this.#view.shown,
      ...change,
    };
    for (const listener of this.#listeners) listener();
  }
}
