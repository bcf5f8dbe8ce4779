/** The other products that the suites talk to, and whether this machine has them. */
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

export interface Program {
  /** On the path, or as a whole path. */
  readonly command: string;
  /** Of Debian. */
  readonly package: string;
}

export const SIPP: Program = { command: "sipp", package: "sip-tester" };
export const LINPHONE: Program = { command: "linphonec", package: "linphone-cli" };
export const PYTHON: Program = { command: "python3", package: "python3" };
export const TSHARK: Program = { command: "tshark", package: "tshark" };
export const KAMAILIO: Program = { command: "kamailio", package: "kamailio" };
export const BARESIP: Program = { command: "baresip", package: "baresip-core" };
export const TWINKLE: Program = { command: "twinkle-console", package: "twinkle-console" };
export const RAKIA: Program = {
  command: "/usr/lib/telepathy/telepathy-rakia",
  package: "telepathy-rakia",
};
export const DBUS: Program = { command: "dbus-daemon", package: "dbus-daemon" };
export const GDBUS: Program = { command: "gdbus", package: "libglib2.0-bin" };
export const SCRIPT: Program = { command: "script", package: "bsdutils" };
export const CHROMIUM: Program = { command: "chromium", package: "chromium" };

/** What each suite needs, by the name of its file. */
export const NEEDS: ReadonlyMap<string, readonly Program[]> = new Map([
  ["sipp.interop.ts", [SIPP]],
  ["linphone.interop.ts", [LINPHONE]],
  ["linphone-groups.interop.ts", [LINPHONE, PYTHON]],
  ["plain-phones.interop.ts", [BARESIP, TWINKLE, RAKIA, DBUS, GDBUS]],
  ["phone-sessions.interop.ts", [LINPHONE, BARESIP, TWINKLE, RAKIA, DBUS, GDBUS]],
  ["phone-rooms.interop.ts", [LINPHONE, BARESIP, TWINKLE, RAKIA, DBUS, GDBUS]],
  ["tshark.interop.ts", [TSHARK, SIPP]],
  ["browser.interop.ts", [CHROMIUM]],
  ["operator-pages.interop.ts", [CHROMIUM]],
  ["operator-restart.interop.ts", [CHROMIUM]],
  ["web-accounts.interop.ts", [CHROMIUM]],
  ["web-alias.interop.ts", [CHROMIUM]],
  ["web-chat.interop.ts", [CHROMIUM]],
  ["web-notices.interop.ts", [CHROMIUM]],
  ["web-people.interop.ts", [CHROMIUM]],
  ["web-files.interop.ts", [CHROMIUM]],
  ["web-first.interop.ts", [CHROMIUM]],
  ["web-groups.interop.ts", [CHROMIUM]],
  ["web-guard.interop.ts", [CHROMIUM]],
  ["web-hostile.interop.ts", [CHROMIUM]],
  ["web-life.interop.ts", [CHROMIUM]],
  ["web-names.interop.ts", [CHROMIUM]],
  ["web-speed.interop.ts", [CHROMIUM]],
  ["terminal-files.interop.ts", [SCRIPT]],
  ["kamailio-core.interop.ts", [KAMAILIO]],
  ["kamailio-clients.interop.ts", [KAMAILIO]],
  ["kamailio-relay.interop.ts", [KAMAILIO]],
]);

export function isInstalled({ command }: Program): boolean {
  if (isAbsolute(command)) return existsSync(command);
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, command)));
}
