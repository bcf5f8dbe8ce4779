/** Whether and how this browser tells of new messages. */

export interface Notifying {
  readonly wanted: boolean;
  readonly showsText: boolean;
}

const KEY = "parlance notify";

export function readNotifying(): Notifying {
  const kept = localStorage.getItem(KEY);
  return { wanted: kept === "text" || kept === "quiet", showsText: kept === "text" };
}

export function writeNotifying({ wanted, showsText }: Notifying): void {
  if (wanted) localStorage.setItem(KEY, showsText ? "text" : "quiet");
  else localStorage.removeItem(KEY);
}
