/** The record of a message that was just written. */
import { newMessageId } from "@parlance/im";
import type { Random } from "@parlance/wire";
import type { Target } from "../base/addresses.ts";
import type { Reach, SentRecord } from "../store/client-store.ts";
import { type Content, readContent, readSeconds, type SendOptions } from "./content.ts";

/** Throws TypeError or FormatError for what cannot be sent. */
export function newRecord(
  targets: readonly Target[],
  content: Content,
  options: SendOptions,
  { random, now }: { readonly random: Random; readonly now: number },
  group?: { readonly address: string; readonly reach: Reach },
): SentRecord {
  // In a group nobody is asked unless wanted whether he has seen it: each of them would answer.
  const usual =
    group === undefined ? (["delivered", "displayed"] as const) : (["delivered"] as const);
  const { expires, receipts = usual } = options;
  return {
    direction: "sent",
    id: newMessageId(random),
    conversation: group?.address ?? targets.map(({ address }) => address).join(" "),
    order: 0,
    at: now,
    ...readContent(content),
    recipients: targets.map((target) => ({ ...target, state: "queued" })),
    state: "queued",
    failure: undefined,
    receipts,
    expiresAt: expires === undefined ? undefined : now + readSeconds(expires) * 1000,
    // In a group the session has decided it.
    anonymous: group === undefined && (options.anonymous ?? false),
    namesRecipients: options.namesRecipients ?? false,
    subject: options.subject,
    ...(group === undefined ? {} : { reach: group.reach }),
  };
}
