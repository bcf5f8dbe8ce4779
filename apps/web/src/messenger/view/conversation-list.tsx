import { memo, type ReactNode, useCallback, useMemo, useState } from "react";
import { Icon, moveFocus } from "../../ui/index.ts";
import { filterRows, titleOf, wordsOf } from "../model/conversation-list.ts";
import type { ConversationRow, Item } from "../model/views.ts";
import { Avatar } from "./avatar.tsx";
import { useDesk, useSlice } from "./desk-context.tsx";
import { Hits } from "./hits.tsx";
import { StatusMark } from "./receipts.tsx";

const NOTHING: readonly ConversationRow[] = [];

export function ConversationList(): ReactNode {
  const { texts } = useDesk();
  const rows = useSlice("list") ?? NOTHING;
  const [search, setSearch] = useState("");
  const shown = useMemo(() => filterRows(rows, search), [rows, search]);
  return (
    <div className="conversations">
      <div className="search">
        <Icon name="search" small />
        <input
          type="search"
          className="search-input"
          aria-label={texts.list.filter}
          placeholder={texts.list.filter}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          onKeyDown={({ key }) => key === "Escape" && setSearch("")}
        />
      </div>
      {shown.length === 0 ? (
        <div className="empty">
          <p>{search === "" ? texts.list.empty : texts.list.none}</p>
          {search === "" && <p className="soft small">{texts.list.emptyHint}</p>}
        </div>
      ) : (
        <Rows shown={shown} />
      )}
      <Hits search={search} />
    </div>
  );
}

/** Arrows go from one to the other; Tab leads to the one that was last looked at, and out. */
function Rows({ shown }: { readonly shown: readonly ConversationRow[] }): ReactNode {
  const { texts, domain, route, go } = useDesk();
  const [looked, setLooked] = useState<string>();
  const current = route.view === "talk" ? route.address : undefined;
  const among = (address: string | undefined): boolean =>
    shown.some((row) => row.address === address);
  const stop = [looked, current].find(among) ?? shown[0]?.address;
  const choose = useCallback((address: string) => go({ view: "talk", address }), [go]);
  return (
    <div
      role="listbox"
      aria-label={texts.list.title}
      className="rows"
      tabIndex={-1}
      onKeyDown={(event) => moveFocus(event, "[role=option]")}
    >
      {shown.map((row) => (
        <Row
          key={row.address}
          row={row}
          title={titleOf(row, domain)}
          isCurrent={row.address === current}
          isStop={row.address === stop}
          onLook={setLooked}
          onChoose={choose}
        />
      ))}
    </div>
  );
}

interface RowProps {
  readonly row: ConversationRow;
  readonly title: string;
  /** It is in front. */
  readonly isCurrent: boolean;
  /** Tab leads to it. */
  readonly isStop: boolean;
  readonly onLook: (address: string) => void;
  readonly onChoose: (address: string) => void;
}

const Row = memo(function Row(props: RowProps): ReactNode {
  const { row, title, isCurrent, isStop, onLook, onChoose } = props;
  const { texts, words } = useDesk();
  const { address, group, newest, unread, at, roomState } = row;
  const time = at === 0 ? "" : words.brief(at, Date.now());
  return (
    <div
      role="option"
      aria-selected={isCurrent}
      tabIndex={isStop ? 0 : -1}
      data-words={title}
      className={`row ${unread > 0 ? "unread" : ""} ${roomState === "left" ? "over" : ""}`}
      onFocus={() => onLook(address)}
      onClick={() => onChoose(address)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose(address);
      }}
    >
      <Avatar address={address} name={title} group={group} />
      <span className="row-main">
        <bdi className="row-title">{title}</bdi>
        <Preview address={address} newest={newest} group={group} />
      </span>
      <span className="row-side">
        <time className="soft small">{time}</time>
        {unread > 0 && (
          <span className="badge" aria-label={texts.list.unread(unread)} role="img">
            {unread}
          </span>
        )}
      </span>
    </div>
  );
});

function Preview({
  address,
  newest,
  group,
}: {
  readonly address: string;
  readonly newest: Item | undefined;
  readonly group: boolean;
}): ReactNode {
  const { texts } = useDesk();
  const typing = useSlice(`typing ${address}`);
  if (typing !== undefined) return <span className="preview typing">{texts.list.typing}</span>;
  if (newest === undefined) return <span className="preview" />;
  const words = wordsOf(newest);
  return (
    <span className="preview">
      {newest.own && <StatusMark sending={newest.sending} />}
      {newest.body.kind === "file" && <Icon name="file" small />}
      <bdi>{newest.own && group ? texts.list.youSaid(words) : words}</bdi>
    </span>
  );
}
