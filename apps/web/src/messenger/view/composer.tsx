import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";
import { FileTrigger } from "react-aria-components";
import { Button, Icon } from "../../ui/index.ts";
import type { MemberView } from "../model/views.ts";
import { useAct, useDesk } from "./desk-context.tsx";

/** A message of its own may carry so much. */
const MOST_BYTES = 10 * 1_048_576;

export interface ComposerProps {
  readonly address: string;
  readonly title: string;
  readonly disabled: boolean;
  /** To whom alone it goes. */
  readonly whisperTo: MemberView | undefined;
  readonly onWhisper: (to: MemberView | undefined) => void;
  readonly drafts: Map<string, string>;
  readonly sendFiles: (files: readonly File[]) => void;
}

export function Composer(props: ComposerProps): ReactNode {
  const { address, title, disabled, whisperTo, onWhisper, drafts, sendFiles } = props;
  const { texts, backend, tell } = useDesk();
  const act = useAct();
  const [text, setText] = useState(() => drafts.get(address) ?? "");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (whisperTo !== undefined) field.current?.focus();
  }, [whisperTo]);

  const write = (next: string): void => {
    setText(next);
    if (next === "") drafts.delete(address);
    else drafts.set(address, next);
  };
  const send = (): void => {
    if (text.trim() === "" || disabled) return;
    if (text.length * 3 > MOST_BYTES) return tell(texts.talk.tooLong);
    const to = whisperTo === undefined ? undefined : [whisperTo.entity];
    const said = text;
    write("");
    void act(
      backend.commands.send(address, said, to).catch((error: unknown) => {
        write(said); // it is nowhere else
        throw error;
      }),
    );
    field.current?.focus();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && whisperTo !== undefined) onWhisper(undefined);
    // Where fingers type there is no Shift to keep down; while a word is being chosen Enter chooses it.
    const fingers = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || fingers) return;
    event.preventDefault();
    send();
  };
  const pasted = (event: ClipboardEvent): void => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    sendFiles(files);
  };

  const label =
    whisperTo === undefined ? texts.talk.writeTo(title) : texts.talk.privately(whisperTo.name);
  return (
    <div className={`composer ${whisperTo === undefined ? "" : "private"}`}>
      {whisperTo !== undefined && (
        <div className="whisper-line">
          <Icon name="lock" small />
          <bdi>{texts.talk.privately(whisperTo.name)}</bdi>
          <Button look="link" onPress={() => onWhisper(undefined)}>
            {texts.talk.privateStop}
          </Button>
        </div>
      )}
      <div className="composer-line">
        <FileTrigger allowsMultiple onSelect={(files) => files && sendFiles([...files])}>
          <Button look="icon" aria-label={texts.talk.attach} isDisabled={disabled}>
            <Icon name="attach" />
          </Button>
        </FileTrigger>
        <textarea
          ref={field}
          className="composer-field"
          rows={1}
          dir="auto"
          aria-label={label}
          placeholder={texts.talk.write}
          value={text}
          disabled={disabled}
          enterKeyHint="send"
          onChange={({ target }) => {
            write(target.value);
            if (target.value !== "") void backend.commands.composing(address).catch(() => {}); // a courtesy
          }}
          onKeyDown={pressed}
          onPaste={pasted}
        />
        <Button
          look="icon"
          className="send"
          aria-label={texts.talk.send}
          isDisabled={disabled || text.trim() === ""}
          onPress={send}
        >
          <Icon name="send" />
        </Button>
      </div>
    </div>
  );
}
