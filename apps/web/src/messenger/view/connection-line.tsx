/** Says that there is no connection, and when there may be one. */
import type { ReactNode } from "react";
import { wordsFor } from "../model/refusal-words.ts";
import { useDesk, useSlice } from "./desk-context.tsx";

/** Nothing while all is well. `here`: above a conversation, where there is no room for the list beside it. */
export function ConnectionLine({ here = false }: { readonly here?: boolean }): ReactNode {
  const { texts, words } = useDesk();
  const account = useSlice("account");
  const { connection = "connecting", retryInMs, fault } = account ?? {};
  const says =
    connection === "online"
      ? ""
      : connection === "connecting"
        ? texts.connection.connecting
        : connection === "offline"
          ? `${texts.connection.offline} ${fault === undefined ? "" : wordsFor(fault, texts)}`
          : retryInMs === undefined || retryInMs < 2_000
            ? texts.connection.reconnecting
            : texts.connection.reconnectingIn(words.seconds(retryInMs));
  if (here && says === "") return null;
  return (
    <p className={`connection ${says === "" ? "fine" : connection}`} role="status">
      {says}
      {connection === "reconnecting" && <span className="small">{texts.connection.waiting}</span>}
    </p>
  );
}
