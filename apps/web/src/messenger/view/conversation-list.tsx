import { type ReactNode, Suspense, useMemo, useState } from "react";
import { Input, ListBox, ListBoxItem, SearchField } from "react-aria-components";
import { Button, Icon } from "../../ui/index.ts";
import { filterRows, titleOf, wordsOf } from "../model/conversation-list.ts";
import { roomWords } from "../model/room-words.ts";
import type { ConversationRow, Item } from "../model/views.ts";
import { Avatar } from "./avatar.tsx";
import { useContactName, useDesk, useSlice } from "./desk-context.tsx";
import { later } from "./later.tsx";
import { StatusMark } from "./receipts.tsx";

const Hits = later(async () => (await import("./hits.tsx")).Hits);

const NOTHING: readonly ConversationRow[] = [];

export function ConversationList(): ReactNode {
  const { texts, domain, route, go } = useDesk();
  const rows = useSlice("list") ?? NOTHING;
  const waiting = useSlice("waiting") ?? 0;
  const [search, setSearch] = useState("");
  const shown = useMemo(() => filterRows(rows, search), [rows, search]);
  const current = route.view === "talk" ? route.address : undefined;
  const nameOf = useContactName();
  return (
    <div className="conversations">
      <SearchField
        className="search"
        aria-label={texts.list.filter}
        value={search}
        onChange={setSearch}
      >
        <Icon name="search" small />
        <Input className="search-input" placeholder={texts.list.filter} />
      </SearchField>
      {waiting > 0 && (
        <Button look="quiet" className="waiting-mark" onPress={() => go({ view: "settings" })}>
          <Icon name="clock" small />
          {texts.list.waiting(waiting)}
        </Button>
      )}
      <ListBox
        aria-label={texts.list.title}
        className="rows"
        items={shown.map((row) => ({ ...row, id: row.address }))}
        dependencies={[current, texts, nameOf]}
        selectionMode="single"
        selectedKeys={current === undefined ? [] : [current]}
        onSelectionChange={(keys) => {
          const [address] = keys === "all" ? [] : [...keys];
          if (typeof address === "string") go({ view: "talk", address });
          else if (current !== undefined) go({ view: "talk", address: current });
        }}
        renderEmptyState={() => (
          <div className="empty">
            <p>{search === "" ? texts.list.empty : texts.list.none}</p>
            {search === "" && <p className="soft small">{texts.list.emptyHint}</p>}
          </div>
        )}
      >
        {(row) => (
          <Row
            key={row.id}
            row={row}
            title={titleOf({ ...row, name: nameOf(row.address) ?? row.name }, domain)}
          />
        )}
      </ListBox>
      {search !== "" && (
        <Suspense fallback={null}>
          <Hits search={search} />
        </Suspense>
      )}
    </div>
  );
}

function Row({ row, title }: { readonly row: ConversationRow; readonly title: string }): ReactNode {
  const { texts, words } = useDesk();
  const { address, group, newest, unread, at, roomState } = row;
  const time = at === 0 ? "" : words.brief(at, Date.now());
  return (
    <ListBoxItem
      id={address}
      textValue={title}
      className={`row ${unread > 0 ? "unread" : ""} ${roomState === "left" ? "over" : ""}`}
    >
      <Avatar address={address} name={title} group={group} />
      <span className="row-main">
        <bdi className="row-title">{title}</bdi>
        <Preview address={address} newest={newest} group={group} />
      </span>
      <span className="row-side">
        <time className="soft small">{time}</time>
        {isOutside(row) && unread === 0 && <span className="join-mark">{texts.join.join}</span>}
        {unread > 0 && (
          <span className="badge" aria-label={texts.list.unread(unread)} role="img">
            {unread}
          </span>
        )}
      </span>
    </ListBoxItem>
  );
}

/** A group that the user is not in, and may come into. */
function isOutside({ group, over, roomState }: ConversationRow): boolean {
  return group && !over && (roomState === undefined || roomState === "left");
}

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
  const said = wordsOf(newest);
  const words = newest.reach === "system" ? roomWords(said, texts) : said;
  return (
    <span className="preview">
      {newest.own && <StatusMark sending={newest.sending} />}
      {newest.body.kind === "file" && <Icon name="file" small />}
      <bdi>{newest.own && group ? texts.list.youSaid(words) : words}</bdi>
    </span>
  );
}
