import { memo, type ReactNode, Suspense } from "react";
import { Icon } from "../../ui/index.ts";
import { cleanLine } from "../model/clean-text.ts";
import { isRemovable } from "../model/item-of.ts";
import { roomWords } from "../model/room-words.ts";
import type { Item, NoticeBody } from "../model/views.ts";
import type { Texts } from "../texts/en.ts";
import { Avatar } from "./avatar.tsx";
import { useAuthorName, useDesk, useNameOf } from "./desk-context.tsx";
import { later } from "./later.tsx";
import { Receipts } from "./receipts.tsx";
import { RemoveButton } from "./remove-button.tsx";
import { RichText } from "./rich-text.tsx";

const AskedList = later(async () => (await import("./asked-list.tsx")).AskedList);
const FileCard = later(async () => (await import("./file-card.tsx")).FileCard);

export interface MessageRowProps {
  readonly item: Item;
  readonly conversation: string;
  readonly group: boolean;
  /** As `Standing` has it: one by one, so that a row that stays the same is not drawn again. */
  readonly newDay: boolean;
  readonly head: boolean;
  readonly tail: boolean;
  /** The first that has not been read. */
  readonly firstUnread: boolean;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps): ReactNode {
  const { item, newDay, firstUnread } = props;
  const { words, texts } = useDesk();
  return (
    <>
      {newDay && (
        <div className="day">
          <span>{words.dayWords(item.at, Date.now())}</span>
        </div>
      )}
      {firstUnread && (
        <div className="unread-line">
          <span>{texts.talk.unreadLine}</span>
        </div>
      )}
      {item.body.kind === "notice" ? (
        <Notice body={item.body} conversation={props.conversation} />
      ) : (
        <Said {...props} />
      )}
    </>
  );
});

function Notice({
  body,
  conversation,
}: {
  readonly body: NoticeBody;
  readonly conversation: string;
}): ReactNode {
  const { texts } = useDesk();
  return body.what === "asked" ? (
    <Suspense fallback={<p className="notice">{texts.asked.title}</p>}>
      <AskedList people={body.people} conversation={conversation} />
    </Suspense>
  ) : (
    <p className="notice">{noticeWords(body, texts)}</p>
  );
}

function Said({ item, conversation, group, head, tail }: MessageRowProps): ReactNode {
  const { words, texts } = useDesk();
  const nameOf = useNameOf(conversation);
  const authorName = useAuthorName(conversation);
  const { own, from, reach, at, body } = item;
  const name = own ? texts.you : authorName(item);
  if (reach === "system") {
    return (
      <p className="notice system">
        <span className="unseen">{texts.talk.system}: </span>
        {body.kind === "text" && <RichText text={roomWords(body.text, texts)} />}
      </p>
    );
  }
  const named = group && !own && head;
  return (
    <div
      className={`said ${own ? "own" : ""} ${head ? "head" : ""} ${tail ? "tail" : ""} ${reach === "private" ? "private" : ""}`}
    >
      {group && !own && (
        <span className="said-side">{tail && <Avatar address={from} name={name} small />}</span>
      )}
      <div className="bubble">
        {named ? <bdi className="said-name">{name}</bdi> : <span className="unseen">{name}: </span>}
        {reach === "private" && <Private item={item} nameOf={nameOf} />}
        <Content item={item} conversation={conversation} />
        <span className="said-foot">
          <time dateTime={new Date(at).toISOString()} title={words.full(at)}>
            {words.time(at)}
          </time>
          <Receipts item={item} conversation={conversation} />
          {isRemovable(item) && <RemoveButton item={item} conversation={conversation} />}
        </span>
      </div>
    </div>
  );
}

function Private({
  item,
  nameOf,
}: {
  readonly item: Item;
  readonly nameOf: (address: string) => string;
}): ReactNode {
  const { texts } = useDesk();
  const names = item.privateTo.map((one) => nameOf(one)).join(", ");
  return (
    <span className="private-line">
      <Icon name="lock" small />
      <bdi>{item.own && names !== "" ? texts.talk.privately(names) : texts.talk.privatelyFrom}</bdi>
    </span>
  );
}

function Content({
  item,
  conversation,
}: {
  readonly item: Item;
  readonly conversation: string;
}): ReactNode {
  const { texts, words } = useDesk();
  const { body } = item;
  switch (body.kind) {
    case "text":
      return (
        <>
          {body.subject !== undefined && body.subject !== "" && (
            <bdi className="said-subject">{cleanLine(body.subject)}</bdi>
          )}
          <RichText text={body.text} />
        </>
      );
    case "file":
      return (
        <Suspense fallback={<span className="file" />}>
          <FileCard item={item} body={body} conversation={conversation} />
        </Suspense>
      );
    case "other":
      return (
        <span className="soft">
          {texts.talk.other(cleanLine(body.contentType, 60), words.size(body.sizeBytes))}
        </span>
      );
    default:
      return null;
  }
}

function noticeWords(
  body: Exclude<NoticeBody, { readonly what: "asked" }>,
  { notice }: Texts,
): string {
  switch (body.what) {
    case "came":
      return notice.came(body.who);
    case "invited":
      return notice.invited(body.who);
    case "went":
      if (body.why === "expelled") return notice.expelled(body.who);
      if (body.why === "lost") return notice.lost(body.who);
      return body.why === "declined" ? notice.declined(body.who) : notice.went(body.who);
    case "renamed":
      return notice.renamed(body.who, body.before);
    case "subject":
      return body.subject === undefined
        ? notice.noSubject
        : notice.subject(cleanLine(body.subject));
    case "muted":
      return notice.muted(body.who);
    case "unmuted":
      return notice.unmuted(body.who);
    case "locked":
      return notice.locked;
    case "unlocked":
      return notice.unlocked;
    case "missed":
      return notice.missed;
  }
}
