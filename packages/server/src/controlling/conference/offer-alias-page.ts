/** Out of band: whoever has joined is told of a page on which he may choose a name. IM-7.2.3.5, clause 8.6 */
import { formatExternalBody } from "@parlance/formats";
import { displayTextOf } from "@parlance/im";
import type { AliasChoice, AliasPages } from "../../ports/index.ts";
import type { Conference } from "./conference.ts";
import type { Participant } from "./participant.ts";
import { wishAlias } from "./wish-alias.ts";

export function offerAliasPage(
  participant: Participant,
  conference: Conference,
  pages: AliasPages,
): void {
  const { address } = participant;
  const link = pages.invite({
    room: conference.group?.displayName,
    called: () => displayTextOf(participant.appearance),
    choose: (alias) => choose(alias, participant, conference),
  });
  if (link === undefined) return;
  participant.withdrawPage = () => link.withdraw();
  const { url, expiresAt, sizeBytes } = link;
  const { headers, content } = formatExternalBody({
    url,
    expiresAt,
    sizeBytes,
    hash: undefined,
    headers: [
      ["Content-Type", "text/html;charset=UTF-8"],
      ["Content-Disposition", "attachment"],
    ],
  });
  const [, type = ""] = headers.find(([name]) => name === "Content-Type") ?? [];
  const text = `Choose what you are called here: ${url}`;
  conference.room.announceBody(type, content, address, text); // IM-7.2.3.5-01, IM-7.2.3.5-02
}

function choose(alias: string, participant: Participant, conference: Conference): AliasChoice {
  const status = alias === "" ? 424 : wishAlias(conference, participant, alias);
  if (status !== 200) return { kind: "refused", because: status === 425 ? "taken" : "not a name" };
  const given = displayTextOf(participant.appearance);
  // To him by the name that he has now: the room writes it into To. IM-7.2.3.5-05, IM-7.2.3.5-06
  conference.room.announce(`You are called ${given} now.`, participant.address);
  return { kind: "given", alias: given };
}
