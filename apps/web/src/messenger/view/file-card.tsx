import { type ReactNode, useEffect, useState } from "react";
import { ProgressBar } from "react-aria-components";
import { Button, Icon } from "../../ui/index.ts";
import { readFromVault, vaultName } from "../desk/vault.ts";
import { cleanLine } from "../model/clean-text.ts";
import { pictureType } from "../model/picture-type.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { FileBody, Item } from "../model/views.ts";
import type { Texts } from "../texts/en.ts";
import { useAct, useDesk, useSlice } from "./desk-context.tsx";
import { saveAs } from "./save-as.ts";

const UNDER_WAY = new Set(["preparing", "sending", "receiving", "interrupted"]);

export function FileCard({
  item,
  body,
  conversation,
}: {
  readonly item: Item;
  readonly body: FileBody;
  readonly conversation: string;
}): ReactNode {
  const { texts, words } = useDesk();
  const progress = useSlice(`progress ${body.fileId}`);
  const kept = useKept(item, body);
  const name = cleanLine(body.name, 120) || texts.file.file;
  const size = body.sizeBytes === undefined ? "" : words.size(body.sizeBytes);
  const underWay = UNDER_WAY.has(body.state);
  return (
    <span className="file">
      <Picture kept={kept} thumbnail={body.thumbnail} name={name} />
      <span className="file-line">
        <span className="file-icon" aria-hidden="true">
          <Icon name="file" />
        </span>
        <span className="file-words">
          <bdi className="file-name">{name}</bdi>
          <span className="soft small">
            {size}
            {size === "" ? "" : " · "}
            {stateWords(item, body, texts)}
          </span>
        </span>
        <FileActions item={item} body={body} conversation={conversation} kept={kept} name={name} />
      </span>
      {underWay && progress !== undefined && (
        <ProgressBar
          aria-label={texts.file.progress(name)}
          className="progress"
          value={progress.doneBytes}
          maxValue={progress.totalBytes ?? Math.max(1, progress.doneBytes)}
        >
          {({ percentage = 0 }) => (
            <span className="progress-done" style={{ inlineSize: `${percentage}%` }} />
          )}
        </ProgressBar>
      )}
    </span>
  );
}

function stateWords(
  { own, key }: Item,
  { state, expiresAt, fault, inMessage, sizeBytes }: FileBody,
  texts: Texts,
): string {
  const words = texts.file;
  if (inMessage && own) return words.elsewhere;
  if (inMessage && sizeBytes === undefined) return words.thereAlone;
  if (state === "offered") {
    if (own) return isLink(key) ? words.elsewhere : words.waiting;
    return expiresAt !== undefined && expiresAt < Date.now() ? words.expired : words.offered;
  }
  if (own && state === "failed" && fault !== undefined) {
    // What he has barred comes in no way: the words of the server would name a setting of his.
    const barred = fault.code === "refused" && fault.status === 480;
    return `${words.failed}. ${barred ? words.barred : wordsFor(fault, texts)}`;
  }
  return words[state];
}

function FileActions({
  item,
  body,
  conversation,
  kept,
  name,
}: {
  readonly item: Item;
  readonly body: FileBody;
  readonly conversation: string;
  readonly kept: Blob | undefined;
  readonly name: string;
}): ReactNode {
  const { backend, texts } = useDesk();
  const act = useAct();
  const { commands } = backend;
  const { own, key } = item;
  const byLink = isLink(key);
  if (kept !== undefined && (!own || byLink)) {
    return (
      <Button
        look="icon"
        aria-label={`${texts.file.open}: ${name}`}
        onPress={() => saveAs(kept, name)}
      >
        <Icon name="save" />
      </Button>
    );
  }
  if (UNDER_WAY.has(body.state) || (own && !byLink && body.state === "offered")) {
    return (
      <Button
        look="icon"
        aria-label={`${texts.file.cancel}: ${name}`}
        onPress={() => void act(commands.cancelFile(body.fileId))}
      >
        <Icon name="close" />
      </Button>
    );
  }
  const mayFetch = body.state === "offered" || (byLink && body.state === "failed");
  if ((own && !byLink) || !mayFetch) return null;
  return (
    <span className="file-actions">
      {!byLink && (
        <Button look="quiet" onPress={() => void act(commands.declineFile(conversation, key))}>
          {texts.file.decline}
        </Button>
      )}
      <Button look="primary" onPress={() => void act(commands.takeFile(conversation, key))}>
        {byLink ? texts.file.download : texts.file.accept}
      </Button>
    </span>
  );
}

/** It stands for a message that says where the file is: of somebody else, or of another device of the user. */
function isLink(key: string): boolean {
  return key.startsWith("r ");
}

/** What of it is in this browser. */
function useKept(item: Item, { fileId, state, place, inMessage }: FileBody): Blob | undefined {
  const { self, backend } = useDesk();
  const [file, setFile] = useState<Blob>();
  const own = item.own && !isLink(item.key);
  const { key } = item;
  const { commands } = backend;
  const complete = state === "complete" && place !== undefined;
  const wanted = inMessage || (own ? state !== "preparing" : complete);
  useEffect(() => {
    if (!wanted) return undefined;
    let current = true;
    const find = async (): Promise<Blob | undefined> => {
      if (inMessage) return commands.contentOf(key).catch(() => undefined); // the tab that has it may end
      return readFromVault(self, own ? await vaultName("sent", fileId) : (place ?? ""));
    };
    void find().then((found) => current && setFile(found));
    return () => {
      current = false;
    };
  }, [wanted, inMessage, own, key, fileId, place, self, commands]);
  return file;
}

function Picture({
  kept,
  thumbnail,
  name,
}: {
  readonly kept: Blob | undefined;
  readonly thumbnail: FileBody["thumbnail"];
  readonly name: string;
}): ReactNode {
  const { texts } = useDesk();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const small = thumbnail && new Blob([new Uint8Array(thumbnail.content)]);
    let made: string | undefined;
    let current = true;
    void firstPicture(kept, small).then((picture) => {
      if (picture === undefined || !current) return;
      made = URL.createObjectURL(picture);
      setUrl(made);
    });
    return () => {
      current = false;
      setUrl(undefined);
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [kept, thumbnail]);
  if (url === undefined) return null;
  return <img className="picture" src={url} alt={texts.file.preview(name)} draggable={false} />;
}

/** Only what begins like a picture of a kind that runs nothing is drawn, whatever it says that it is. */
async function firstPicture(...contents: readonly (Blob | undefined)[]): Promise<Blob | undefined> {
  for (const content of contents) {
    if (content === undefined) continue;
    try {
      const type = pictureType(new Uint8Array(await content.slice(0, 16).arrayBuffer()));
      if (type !== undefined) return content.slice(0, content.size, type);
    } catch {
      // What was kept of it has gone meanwhile.
    }
  }
  return undefined;
}
