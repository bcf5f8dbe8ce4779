/** Tells of new messages while the page is not in front: in its title, and by the system where the user wants it. */
import { useEffect, useRef } from "react";
import { totalUnread, wordsOf } from "../model/conversation-list.ts";
import { useDesk, usePersonName, useSlice } from "./desk-context.tsx";
import { readNotifying } from "./notify-setting.ts";

export function useNotifications(): void {
  const { texts, go } = useDesk();
  const nameOf = usePersonName();
  const rows = useSlice("list");
  const told = useRef(new Map<string, string>());
  const started = useRef(false);
  useEffect(() => {
    if (rows === undefined) return;
    const unread = totalUnread(rows);
    document.title = unread === 0 ? texts.app : `(${unread}) ${texts.app}`;
    for (const { address, newest, unread: count } of rows) {
      if (newest === undefined || told.current.get(address) === newest.key) continue;
      told.current.set(address, newest.key);
      if (!started.current || newest.own || count === 0 || !document.hidden) continue;
      notify(texts.notification.title(nameOf(address)), wordsOf(newest), () => {
        window.focus();
        go({ view: "talk", address });
      });
    }
    started.current = true;
  }, [rows, texts, nameOf, go]);
}

function notify(title: string, words: string, chosen: () => void): void {
  const { wanted, showsText } = readNotifying();
  if (!wanted || !("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(title, { body: showsText ? words : "", icon: "/icon.svg" });
  shown.addEventListener("click", chosen);
}
