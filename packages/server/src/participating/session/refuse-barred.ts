/** Calls that ring, and whose user wants none of their kind any more. Sessions that run go on. Clause 3.2.2, IM-5.2.4-08a, IM-5.2.4-08g */
import { formatWarning, refuse } from "@parlance/im";
import type { CallEdit } from "@parlance/sip";
import type { Barrable, User } from "../../ports/index.ts";
import { ABOUT_SESSION } from "../about-session.ts";
import type { SessionFacts } from "./session-facts.ts";

/** One that nobody has answered can be refused; of one that runs it is false, and nothing happens. */
export interface Refusable {
  refuse(status: number, edit: CallEdit): boolean;
}

export function refuseBarred(
  sessions: Iterable<readonly [Refusable, SessionFacts]>,
  user: User,
  settings: { readonly barsEverywhere: (user: User, kind: Barrable) => boolean },
  domain: string,
): void {
  const { status, warning = "" } = refuse("barred");
  const barred = [...sessions].filter(
    ([, { called, kind }]) =>
      called.user?.name === user.name &&
      settings.barsEverywhere(user, ABOUT_SESSION[kind].barrable),
  );
  for (const [session] of barred) {
    session.refuse(status, (edit) => void edit.setText("Warning", formatWarning(domain, warning)));
  }
}
