/** What there is: the documents of a user, and what the server understands. OMA XDM Core, RFC 4825 §12 */
import {
  formatDateTime,
  formatXcapCapabilities,
  formatXcapDirectory,
  XCAP_CAPS_TYPE,
  XCAP_DIRECTORY_TYPE,
} from "@parlance/formats";
import type { Hashing } from "@parlance/wire";
import type { User } from "../ports/index.ts";
import type { DocumentStore } from "../store/index.ts";
import type { WebAnswer } from "../web/index.ts";
import { content, unmet } from "./answers.ts";
import { type Conditions, judgeConditions } from "./conditions.ts";
import { tagOf } from "./get-document.ts";
import { DIRECTORY } from "./target.ts";
import type { Usage } from "./usages/usage.ts";

type Usages = ReadonlyMap<string, Usage>;

export function tellCapabilities(
  usages: Usages,
  conditions: Conditions,
  hashing: Hashing,
): WebAnswer {
  const all = [...usages.values()];
  const bytes = formatXcapCapabilities({
    auids: [...all.map(({ auid }) => auid), DIRECTORY],
    extensions: [],
    namespaces: all.flatMap(({ namespace, extensions }) => [namespace, ...extensions]),
  });
  return written(XCAP_CAPS_TYPE, bytes, { conditions, hashing });
}

export async function tellDirectory(
  user: User,
  conditions: Conditions,
  of: { readonly store: DocumentStore; readonly usages: Usages; readonly hashing: Hashing },
): Promise<WebAnswer> {
  const kept = await of.store.ofOwner(user.name);
  const folders = [...of.usages.values()].map(async (usage) => ({
    auid: usage.auid,
    documents: [
      ...kept
        .filter(({ auid }) => auid === usage.auid)
        .map(({ name, etag, modifiedAt, sizeBytes }) => ({
          uri: uriOf(user, usage, name),
          etag,
          lastModified: formatDateTime(modifiedAt),
          sizeBytes,
        })),
      ...(await servers(user, usage, of.hashing)),
    ],
  }));
  const all = (await Promise.all(folders)).filter(({ documents }) => documents.length > 0);
  const bytes = formatXcapDirectory({ folders: all });
  return written(XCAP_DIRECTORY_TYPE, bytes, { conditions, hashing: of.hashing });
}

async function servers(user: User, usage: Usage, hashing: Hashing) {
  const found = await usage.source?.read(user);
  if (found === undefined || usage.only === undefined) return [];
  const { bytes } = found;
  const uri = uriOf(user, usage, usage.only);
  const etag = tagOf(bytes, hashing);
  return [{ uri, etag, lastModified: undefined, sizeBytes: bytes.length }];
}

/** From the root on, as xcap-diff names documents. */
function uriOf({ address }: User, { auid }: Usage, name: string): string {
  return `${auid}/users/${address}/${encodeURIComponent(name)}`;
}

function written(
  type: string,
  bytes: Uint8Array,
  { conditions, hashing }: { readonly conditions: Conditions; readonly hashing: Hashing },
): WebAnswer {
  const etag = tagOf(bytes, hashing);
  const not = judgeConditions(conditions, { etag, exists: true, reads: true });
  return not === undefined ? content(type, bytes, etag) : unmet(not, etag);
}
