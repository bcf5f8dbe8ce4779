/** What the server can do, for who asks. RFC 3261 §11.2 */
import { BODIES, METHODS, SERVER_EXTENSIONS } from "@parlance/im";
import type { ServerTransaction } from "@parlance/sip";
import { RELEASE } from "../release.ts";

/** `events`: the packages that the server notifies of. */
export function answerOptions(transaction: ServerTransaction, events: string): void {
  transaction.reply(200, undefined, (edit) => {
    edit
      .setText("Allow", [...METHODS, "REGISTER"].join(", "))
      .setText("Allow-Events", events)
      .setText("Accept", BODIES.join(", "))
      .setText("Accept-Encoding", "deflate, gzip")
      .setText("Supported", [...SERVER_EXTENSIONS].join(", "))
      .setText("Server", RELEASE);
  });
}
