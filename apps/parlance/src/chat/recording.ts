/** `/record` of the chat: the server records for the user what is said, here and now. */
import type { ImClient } from "@parlance/client";
import { explainFailure } from "../failure.ts";

export interface RecordCommand {
  readonly do: "record";
  readonly on: boolean;
  /** What the record is to be called. */
  readonly name: string | undefined;
}

export function readRecordCommand(
  typed: string,
): RecordCommand | { readonly do: "wrong"; readonly why: string } {
  const { turn, name } = /^(?<turn>on|off)(?:\s+(?<name>.+))?$/.exec(typed.trim())?.groups ?? {};
  if (turn === undefined) return { do: "wrong", why: "/record on [NAME], /record off" };
  return { do: "record", on: turn === "on", name };
}

export async function obeyRecord(
  { on, name }: RecordCommand,
  {
    client,
    partner,
    notice,
  }: {
    readonly client: Pick<ImClient, "rooms" | "conversation">;
    readonly partner: string | undefined;
    readonly notice: (text: string) => void;
  },
): Promise<void> {
  if (partner === undefined) return notice("/record is for one conversation: /to NAME");
  const room = client.rooms.find(({ address }) => address === partner);
  const recorded = room ?? client.conversation(partner);
  try {
    if (on) await recorded.record(name);
    else await recorded.stopRecording();
    notice(on ? "the server records what is said here" : "not recorded any more");
  } catch (error) {
    const closed = room === undefined && error instanceof Error && "code" in error;
    const none = closed && error.code === "closed";
    notice(none ? "no session is open with him: it records sessions" : explainFailure(error));
  }
}
