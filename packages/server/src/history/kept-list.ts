/** What a user has kept, the newest first: messages for themselves, and sessions with all that was said in them. Clause 15.4 */
import { formatDateTime, type HistoryEntry as Listed } from "@parlance/formats";
import type { User } from "../ports/index.ts";
import type { HistoryEntry, HistoryStore, Recording, RecordingStore } from "../store/index.ts";

export interface KeptStores {
  readonly store: Pick<HistoryStore, "page">;
  readonly recordings: Pick<RecordingStore, "list">;
}

const PAGE = 1_000;
/** Messages of sessions lie among the others: so many are looked at for those that stand for themselves. */
const MOST_LOOKED_AT = 20_000;

export async function keptList(
  user: User,
  { store, recordings }: KeptStores,
  most: number,
): Promise<readonly Listed[]> {
  const messages = (await alone(user, store, most)).map((entry) => ({
    at: entry.at,
    listed: listedMessage(entry, user),
  }));
  const sessions = (await recordings.list(user.name, undefined, most)).map((recording) => ({
    at: recording.endedAt ?? Number.POSITIVE_INFINITY,
    listed: listedSession(recording, user),
  }));
  return [...messages, ...sessions]
    .toSorted((a, b) => b.at - a.at)
    .slice(0, most)
    .map(({ listed }) => listed);
}

async function alone(
  user: User,
  store: KeptStores["store"],
  most: number,
): Promise<readonly HistoryEntry[]> {
  const found: HistoryEntry[] = [];
  let before: number | undefined;
  for (let looked = 0; looked < MOST_LOOKED_AT && found.length < most; looked += PAGE) {
    const page = await store.page(user.name, { conversation: undefined, before, limit: PAGE });
    found.push(...page.filter(({ mode }) => mode !== "session"));
    before = page.at(-1)?.sequence;
    if (page.length < PAGE) break;
  }
  return found.slice(0, most);
}

/** By which it is asked for. Clause 15.4 */
export function referenceTo(id: string, { address }: Pick<User, "address">): string {
  return `sip:his-${id}@history.${address.slice(address.indexOf("@") + 1)}`;
}

function listedMessage(entry: HistoryEntry, user: User): Listed {
  const { group } = entry;
  const parties = { groupUri: group, groupDisplayName: undefined, entries: [] };
  return {
    reference: referenceTo(entry.id, user),
    sizeBytes: entry.sizeBytes,
    expiry: formatDateTime(entry.expiresAt),
    subject: entry.subject,
    type: entry.type,
    record: {
      kind: "pager",
      timeStamp: formatDateTime(entry.at),
      from: entry.from,
      to: entry.to,
      authId: entry.authId,
      recipients: group === undefined ? undefined : parties,
    },
  };
}

function listedSession(recording: Recording, user: User): Listed {
  const { endedAt, group, groupName, parties } = recording;
  return {
    reference: referenceTo(recording.id, user),
    sizeBytes: recording.sizeBytes,
    expiry: formatDateTime(recording.expiresAt),
    subject: recording.subject,
    type: "session",
    record: {
      kind: "conference",
      timeStart: formatDateTime(recording.startedAt),
      timeEnd: endedAt === undefined ? undefined : formatDateTime(endedAt),
      recordingName: recording.name,
      participants: {
        groupUri: group,
        groupDisplayName: groupName,
        entries: parties.map(({ uri, name }) => ({ uri, displayName: name })),
      },
    },
  };
}
