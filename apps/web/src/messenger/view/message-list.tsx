import {
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Button, Icon } from "../../ui/index.ts";
import { wordsOf } from "../model/conversation-list.ts";
import { standingOf } from "../model/grouping.ts";
import { isCounted } from "../model/item-of.ts";
import { RowHeights, rowsInSight, type Span } from "../model/row-heights.ts";
import type { Item } from "../model/views.ts";
import { useAuthorName, useDesk, useRow, useSlice } from "./desk-context.tsx";
import { MessageRow } from "./message-row.tsx";

const ESTIMATE = 58;
const BEYOND = 700;
/** Nearer to the end than this, the list stays at its end. */
const AT_END = 48;
const NEAR_TOP = 1_200;
/** So much of what was said before is seen above what was looked for. */
const ABOVE_FOUND = 120;
const NOTHING: readonly Item[] = [];

/** Only rows in sight are in the document; what is looked at stays where it is when rows above grow or come. */
export function MessageList({
  address,
  group,
  title,
}: {
  readonly address: string;
  readonly group: boolean;
  readonly title: string;
}): ReactNode {
  const { texts, backend, words, route } = useDesk();
  const talk = useSlice(`talk ${address}`);
  const items = talk?.items ?? NOTHING;
  const scroller = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const list = useList(items, scroller, sheet);
  const { whole = true, loading = true } = talk ?? {};
  const firstUnread = useFirstUnread(address, items, loading);
  useSeen(address, items, list.atEnd);

  const { commands } = backend;
  const seek = route.view === "talk" && route.address === address ? route.at : undefined;
  const found = useSeek(seek, { address, items, whole, loading, show: list.show });
  // An empty list is never scrolled: what is older than nothing is asked for at once.
  const nearTop = (items.length === 0 || list.nearTop) && !whole && !loading;
  useEffect(() => {
    if (nearTop) void commands.older(address).catch(() => {}); // asked again at the next scroll
  }, [nearTop, address, commands]);

  if (items.length === 0) {
    return (
      <div className="feed-empty">
        {loading ? <span className="spinner" /> : <p className="soft">{texts.talk.empty}</p>}
      </div>
    );
  }
  const { first, end } = list.span;
  const rows: ReactNode[] = [];
  for (let index = first; index < Math.min(end, items.length); index += 1) {
    const item = items[index];
    if (item === undefined) continue;
    const standing = standingOf(item, items[index - 1], items[index + 1], words.day);
    rows.push(
      <article
        key={item.key}
        className={item.key === found ? "feed-row found" : "feed-row"}
        data-key={item.key}
        ref={list.measure}
        aria-posinset={index + 1}
        aria-setsize={whole ? items.length : -1}
      >
        <MessageRow
          item={item}
          conversation={address}
          group={group}
          newDay={standing.newDay}
          head={standing.head}
          tail={standing.tail}
          firstUnread={item.key === firstUnread}
        />
      </article>,
    );
  }
  return (
    <div className="feed-frame">
      <div
        ref={scroller}
        className="feed"
        role="feed"
        aria-label={texts.talk.feed(title)}
        aria-busy={loading}
        tabIndex={0}
        onScroll={list.scrolled}
      >
        <div className="feed-sheet" ref={sheet}>
          <div className="feed-rows" style={{ insetBlockStart: `${list.top}px` }}>
            {rows}
          </div>
        </div>
      </div>
      {!list.atEnd && (
        <Button
          look="icon"
          className="to-newest"
          aria-label={texts.talk.newest}
          onPress={list.toEnd}
        >
          <Icon name="down" />
        </Button>
      )}
      <Announcer items={items} conversation={address} />
    </div>
  );
}

interface ListState {
  readonly span: Span;
  /** Distance of the first row in the document from the upper edge of the list. */
  readonly top: number;
  readonly atEnd: boolean;
  readonly nearTop: boolean;
  readonly scrolled: () => void;
  readonly toEnd: () => void;
  /** Brings a row into sight. */
  readonly show: (key: string) => void;
  readonly measure: (row: HTMLElement | null) => (() => void) | undefined;
}

function useList(
  items: readonly Item[],
  scroller: React.RefObject<HTMLDivElement | null>,
  sheet: React.RefObject<HTMLDivElement | null>,
): ListState {
  const rows = useRef<RowHeights>(undefined);
  rows.current ??= new RowHeights(ESTIMATE);
  const heights = rows.current;
  const measured = useRef(new Map<string, number>());
  const index = useMemo(() => new Map(items.map(({ key }, at) => [key, at])), [items]);
  const anchor = useRef<{ key: string; offset: number }>(undefined);
  const stuck = useRef(true);
  const lastTop = useRef(0);
  const [span, setSpan] = useState<Span>({ first: 0, end: 0 });
  const [, redraw] = useState(0);
  const [atEnd, setAtEnd] = useState(true);
  const [nearTop, setNearTop] = useState(false);

  const look = useCallback(() => {
    const box = scroller.current;
    if (box === null) return;
    const { scrollTop: top, clientHeight: height } = box;
    const next = rowsInSight(heights, { top, height, beyond: BEYOND });
    setSpan((before) => (before.first === next.first && before.end === next.end ? before : next));
    setNearTop(top < NEAR_TOP);
  }, [heights, scroller]);

  /** After rows have come, gone or grown: the same ones are looked at. */
  const settle = useCallback(() => {
    const box = scroller.current;
    if (box === null || sheet.current === null) return;
    sheet.current.style.blockSize = `${heights.total}px`;
    const held = anchor.current;
    const at = held === undefined ? undefined : index.get(held.key);
    if (stuck.current) box.scrollTop = box.scrollHeight;
    else if (held !== undefined && at !== undefined) box.scrollTop = heights.top(at) + held.offset;
    lastTop.current = box.scrollTop;
    look();
  }, [heights, index, look, scroller, sheet]);

  const scrolled = useCallback(() => {
    const box = scroller.current;
    if (box === null) return;
    const { scrollTop: top } = box;
    // Rows that grow move the end away; only somebody who scrolls up leaves it.
    if (box.scrollHeight - top - box.clientHeight < AT_END) stuck.current = true;
    else if (top < lastTop.current) stuck.current = false;
    lastTop.current = top;
    setAtEnd(stuck.current);
    const at = heights.indexAt(top);
    const item = items[at];
    anchor.current =
      item === undefined ? undefined : { key: item.key, offset: top - heights.top(at) };
    look();
  }, [heights, items, look, scroller]);

  useLayoutEffect(() => {
    heights.reset(items.length, (at) => measured.current.get(items[at]?.key ?? ""));
    settle();
  }, [heights, items, settle]);

  const known = useRef({ index, settle });
  known.current = { index, settle };
  const observer = useMemo(() => {
    return new ResizeObserver((entries) => {
      let grown = false;
      for (const { target, borderBoxSize } of entries) {
        const key = (target as HTMLElement).dataset["key"] ?? ""; // rows are what is observed
        const height = borderBoxSize[0]?.blockSize ?? 0;
        if (height === 0 || measured.current.get(key) === height) continue;
        measured.current.set(key, height);
        const at = known.current.index.get(key);
        if (at !== undefined && heights.set(at, height) !== 0) grown = true;
      }
      if (!grown) return;
      known.current.settle();
      redraw((count) => count + 1);
    });
  }, [heights]);
  useEffect(() => () => observer.disconnect(), [observer]);

  const measure = useCallback(
    (row: HTMLElement | null) => {
      if (row === null) return undefined;
      observer.observe(row);
      return () => observer.unobserve(row);
    },
    [observer],
  );

  // The box itself may become larger or smaller.
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    const sized = new ResizeObserver(() => known.current.settle());
    sized.observe(box);
    return () => sized.disconnect();
  }, [scroller, items.length === 0]); // eslint-disable-line react-hooks/exhaustive-deps -- it comes with the first row

  const toEnd = useCallback(() => {
    stuck.current = true;
    setAtEnd(true);
    settle();
  }, [settle]);

  const show = useCallback(
    (key: string) => {
      stuck.current = false;
      setAtEnd(false);
      anchor.current = { key, offset: -ABOVE_FOUND };
      settle();
    },
    [settle],
  );

  return { span, top: heights.top(span.first), atEnd, nearTop, scrolled, toEnd, show, measure };
}

/** Goes back in the conversation, page by page, to what was said at that time. Returns its key once it is there. */
function useSeek(
  at: number | undefined,
  talk: {
    readonly address: string;
    readonly items: readonly Item[];
    readonly whole: boolean;
    readonly loading: boolean;
    readonly show: (key: string) => void;
  },
): string | undefined {
  const { commands } = useDesk().backend;
  const { address, items, whole, loading, show } = talk;
  const [found, setFound] = useState<{ readonly at: number; readonly key: string }>();
  const sought = found?.at === at ? undefined : at;
  useEffect(() => {
    if (sought === undefined || loading) return;
    const said = items.filter(({ body }) => body.kind !== "notice");
    const [first] = said;
    if (!whole && (first === undefined || first.at > sought)) {
      void commands.older(address).catch(() => {}); // asked again at the next change
      return;
    }
    const distance = (item: Item): number => Math.abs(item.at - sought);
    const nearest = said.reduce<Item | undefined>(
      (best, item) => (best === undefined || distance(item) < distance(best) ? item : best),
      undefined,
    );
    if (nearest === undefined) return;
    setFound({ at: sought, key: nearest.key });
    show(nearest.key);
  }, [sought, address, items, whole, loading, show, commands]);
  return found?.at === at ? found?.key : undefined;
}

/** As it was when the conversation was opened. */
function useFirstUnread(
  address: string,
  items: readonly Item[],
  loading: boolean,
): string | undefined {
  const unread = useRow(address)?.unread ?? 0;
  const first = useRef<{ readonly key: string | undefined }>(undefined);
  if (first.current === undefined && !loading) {
    const counted = items.filter(isCounted);
    first.current = { key: unread === 0 ? undefined : counted.at(-unread)?.key };
  }
  return first.current?.key;
}

/** Whoever has the end in sight has read it, also what is counted later than it is shown: a file, once it is taken. */
function useSeen(address: string, items: readonly Item[], atEnd: boolean): void {
  const { commands } = useDesk().backend;
  const order = items.at(-1)?.order ?? 0;
  const unread = useRow(address)?.unread ?? 0;
  useEffect(() => {
    const look = (): void => {
      if (!atEnd || order === 0 || document.hidden || !document.hasFocus()) return;
      void commands.seen(address).catch(() => {}); // told with the next one
    };
    look();
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
    };
  }, [address, order, unread, atEnd, commands]);
}

/** Reads out what comes while the conversation is open. */
function Announcer({
  items,
  conversation,
}: {
  readonly items: readonly Item[];
  readonly conversation: string;
}): ReactNode {
  const nameOf = useAuthorName(conversation);
  const last = items.at(-1);
  const heard = useRef(last?.key);
  const [words, setWords] = useState("");
  useEffect(() => {
    if (last === undefined || last.key === heard.current) return;
    heard.current = last.key;
    if (!last.own) setWords(`${nameOf(last)}: ${wordsOf(last)}`);
  }, [last, nameOf]);
  return (
    <div className="unseen" aria-live="polite">
      {words}
    </div>
  );
}
