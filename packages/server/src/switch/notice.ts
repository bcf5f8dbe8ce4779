/** What the server says itself on a leg of a session of two. OMA IM 8.5 */
import { formatCpim, formatDateTime } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import { utf8Bytes } from "@parlance/wire";
import type { MediaNotice } from "../ports/index.ts";
import { formFor } from "./form.ts";
import type { Leg } from "./leg.ts";

const TEXT = "text/plain;charset=UTF-8";

/** In an envelope, unless the device takes none. Nobody waits for the answer. */
export function tellLeg(
  leg: Leg,
  { from, to, text }: MediaNotice,
  by: { newId(): string; now(): number },
): void {
  const content = utf8Bytes(text);
  const refused = leg.envelopes === "refused";
  const bare = refused || (leg.takes !== undefined && formFor(CPIM, leg.takes) === "bare");
  const body = bare
    ? content
    : formatCpim({
        from,
        to: [to],
        cc: [],
        dateTime: formatDateTime(by.now()),
        subjects: [],
        require: [],
        extensions: [],
        contentHeaders: [["Content-Type", TEXT]],
        content,
      });
  const headers = [
    ["Message-ID", by.newId()],
    ["Byte-Range", `1-${body.length}/${body.length}`],
    ["Failure-Report", "no"],
    ["Content-Type", bare ? TEXT : CPIM],
  ] as const;
  const how = { awaiting: undefined, answers: false, onlyErrors: false };
  leg.sendChunk({ id: by.newId(), headers, body, flag: "$" }, how);
}
