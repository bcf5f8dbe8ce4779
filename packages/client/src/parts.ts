/** What is loaded when it is first needed, so that a page that does not need it begins sooner. */
import { loaded } from "./base/loaded.ts";

/** Each rejects with ImError "offline" where a page could not load it. */
export const parts = {
  /** Uploads and downloads, and the octets of files in sessions. */
  files: () => loaded(import("./files/transfers.ts")),
  /** What the server keeps, and what devices share of it. */
  history: () => loaded(import("./history/later.ts")),
  /** What the user removes of it. */
  removals: () => loaded(import("./history/removals.ts")),
  /** Documents of the user: whom he has blocked, contacts, his profile. */
  owned: () => loaded(import("./owned/owned.ts")),
  /** Groups that the user keeps. */
  groups: () => loaded(import("./owned/own-groups.ts")),
  settings: () => loaded(import("./settings/settings.ts")),
  /** What waits at the server, and what it has recorded. */
  kept: () => loaded(import("./kept/kept.ts")),
} as const;
