/** The chat rooms and groups that let the user in, to be joined with one press; and any other, by its address. */
import { type ReactNode, useEffect, useState } from "react";
import { Button, Choice, TextField } from "../../ui/index.ts";
import { readAddress, shortAddress } from "../model/addresses.ts";
import { cleanLine } from "../model/clean-text.ts";
import { titleOf } from "../model/conversation-list.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { DirectoryRow, Fault } from "../model/views.ts";
import { useDesk, useSlice } from "./desk-context.tsx";
import { FormDialog } from "./dialogs.tsx";

/** Above so many they are searched. */
const FEW = 8;

export function RoomsDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const { texts, domain, backend, go } = useDesk();
  const { commands } = backend;
  const [room, setRoom] = useState("");
  const [nickname, setNickname] = useState("");
  const [anonymous, setAnonymous] = useState(false);
  const join = async (address: string): Promise<void> => {
    const wish = { nickname: nickname.trim() === "" ? undefined : nickname.trim(), anonymous };
    go({ view: "talk", address: await commands.join(address, wish) });
  };
  return (
    <FormDialog
      title={texts.join.roomTitle}
      go={texts.join.join}
      onClose={onClose}
      onSubmit={async () => {
        const address = readAddress(room, domain);
        if (address === undefined) return texts.signIn.badAddress(domain);
        await join(address);
        return undefined;
      }}
    >
      <TextField
        label={texts.join.nickname}
        description={texts.join.nicknameHint}
        value={nickname}
        onChange={setNickname}
        maxLength={64}
      />
      <Choice
        label={texts.join.anonymous}
        description={texts.join.anonymousHint}
        isSelected={anonymous}
        onChange={setAnonymous}
      />
      <Rooms anonymous={anonymous} join={join} onClose={onClose} />
      <TextField
        label={texts.join.room}
        description={texts.join.roomHint}
        value={room}
        onChange={setRoom}
        input={{ autoCapitalize: "none", spellCheck: false }}
      />
    </FormDialog>
  );
}

function Rooms({
  anonymous,
  join,
  onClose,
}: {
  readonly anonymous: boolean;
  readonly join: (address: string) => Promise<void>;
  readonly onClose: () => void;
}): ReactNode {
  const { texts, domain, backend } = useDesk();
  const { commands } = backend;
  const [rooms, setRooms] = useState<readonly DirectoryRow[]>();
  const [fault, setFault] = useState<Fault>();
  const [search, setSearch] = useState("");
  const [busy, setBusy] = useState<string>();
  useEffect(() => {
    commands.directory().then(setRooms, setFault);
  }, [commands]);
  const come = (address: string): void => {
    setBusy(address);
    setFault(undefined);
    join(address)
      .then(onClose, setFault)
      .finally(() => setBusy(undefined));
  };
  const words = search.trim().toLocaleLowerCase();
  const shown = (rooms ?? []).filter(({ address, name = "", subject = "" }) =>
    `${name} ${subject} ${address}`.toLocaleLowerCase().includes(words),
  );
  return (
    <section className="rooms-there" aria-labelledby="rooms-there">
      <h3 id="rooms-there">{texts.join.rooms}</h3>
      {fault !== undefined && (
        <p className="fault" role="alert">
          {wordsFor(fault, texts)}
        </p>
      )}
      {rooms === undefined && fault === undefined && <span className="spinner" />}
      {rooms?.length === 0 && <p className="soft">{texts.join.noRooms}</p>}
      {(rooms?.length ?? 0) > FEW && (
        <TextField label={texts.list.filter} value={search} onChange={setSearch} />
      )}
      <ul className="each">
        {shown.map((one) => (
          <Room
            key={one.address}
            room={one}
            title={titleOf(one, domain)}
            anonymous={anonymous}
            busy={busy === one.address}
            onJoin={() => come(one.address)}
            onClose={onClose}
          />
        ))}
      </ul>
    </section>
  );
}

function Room({
  room,
  title,
  anonymous,
  busy,
  onJoin,
  onClose,
}: {
  readonly room: DirectoryRow;
  readonly title: string;
  readonly anonymous: boolean;
  readonly busy: boolean;
  readonly onJoin: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const { texts, domain, go } = useDesk();
  const { address, subject, present, members, anonymity } = room;
  const inside = useSlice(`room ${address}`);
  const isIn = inside !== undefined && inside.state !== "left";
  const named = anonymous && !anonymity && !isIn;
  const facts = [
    shortAddress(address, domain),
    members === undefined ? "" : texts.members.count(members),
    present === undefined ? "" : texts.join.there(present),
  ].filter((one) => one !== "");
  return (
    <li>
      <span className="there-words">
        <bdi>{title}</bdi>
        <span className="soft small">{facts.join(" · ")}</span>
        {subject !== undefined && subject !== "" && (
          <bdi className="soft small">{cleanLine(subject, 120)}</bdi>
        )}
        {named && <span className="soft small">{texts.join.onlyNamed}</span>}
      </span>
      {isIn ? (
        <Button
          aria-label={texts.join.openNamed(title)}
          onPress={() => {
            go({ view: "talk", address });
            onClose();
          }}
        >
          {texts.join.open}
        </Button>
      ) : (
        <Button
          aria-label={texts.join.joinNamed(title)}
          isDisabled={named || busy}
          onPress={onJoin}
        >
          {busy && <span className="spinner" />}
          {texts.join.join}
        </Button>
      )}
    </li>
  );
}
