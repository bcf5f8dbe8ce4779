/** The xcap-diff event package: a user watches his documents. RFC 5875 */
import {
  parseResourceLists,
  RESOURCE_LISTS_TYPE,
  type ResourceLists,
  XCAP_DIFF_TYPE,
} from "@parlance/formats";
import { refuse } from "@parlance/im";
import { Event, type NameAddr } from "@parlance/sip";
import type { Hashing } from "@parlance/wire";
import type {
  DocumentNews,
  Log,
  Notifier,
  OwnAddress,
  OwnTarget,
  Passage,
  Towards,
  User,
  Verdict,
  Watch,
} from "../../ports/index.ts";
import type { DocumentStore } from "../../store/index.ts";
import { tagOf } from "../get-document.ts";
import type { Usage } from "../usages/usage.ts";
import { notTold } from "./not-told.ts";
import { type Selected, select } from "./selection.ts";
import { type Processing, WatchedDocuments } from "./watched-documents.ts";

export interface XcapDiffPorts {
  readonly store: DocumentStore;
  readonly usages: readonly Usage[];
  readonly notifier: Notifier;
  readonly contact: (towards: Pick<Towards, "transport" | "local">) => NameAddr;
  readonly hashing: Hashing;
  readonly log: Log;
  readonly userNamed: (name: string) => User | undefined;
  /** What selectors that are absolute begin with, and what documents name as their root. */
  readonly root: () => string;
}

interface Held {
  /** Undefined while it is read what there is. */
  watch: Watch | undefined;
  readonly documents: WatchedDocuments;
}

const NAME = "xcap-diff";
const PACKAGE = { name: NAME, bodyTypes: [XCAP_DIFF_TYPE], usualS: 3_600 }; // §4.5
const MOST_SELECTED = 100;

export class XcapDiffEvents implements OwnAddress {
  readonly packages = { publish: [], subscribe: [NAME] };
  readonly #ports: XcapDiffPorts;
  /** By account name. */
  readonly #held = new Map<string, Set<Held>>();

  constructor(ports: XcapDiffPorts) {
    this.#ports = ports;
    for (const usage of ports.usages) {
      usage.source?.onChange((user) => {
        this.#written(user, usage).catch(notTold(ports.log));
      });
    }
  }

  async serve(passage: Passage, { key }: OwnTarget): Promise<Verdict> {
    const { originator, request } = passage;
    const user = originator?.user;
    const own = key !== undefined && user?.identities.includes(key) === true;
    if (user === undefined || !own) return no("access denied");
    const uris = urisIn(passage);
    if (uris === undefined) return no("bad list");
    if (uris.length > MOST_SELECTED) return no("list too long");
    const { usages, root, notifier, contact, userNamed } = this.#ports;
    const selected = select(uris, user, { root: root(), usages });
    const processing = processingIn(request.get(Event)?.params.get("diff-processing"));
    const documents = new WatchedDocuments({ user, root: root(), processing, selected });
    const held: Held = { watch: undefined, documents };
    const forget = this.#hold(user, held); // so that nothing that changes meanwhile is missed
    try {
      await this.#begin(documents, selected, user);
    } catch (error) {
      forget();
      throw error;
    }
    const verdict = notifier.subscribe(passage, {
      name: `${NAME} ${user.name}`,
      package: PACKAGE,
      contact,
      watch: (watch) => {
        held.watch = watch;
        return {
          get allowed() {
            return userNamed(user.name)?.disabled === false;
          },
          tell: (whole, inDatagrams) => documents.tell(whole, inDatagrams),
          over: forget,
        };
      },
    });
    if (held.watch === undefined) forget();
    return verdict;
  }

  #hold({ name }: User, held: Held): () => void {
    const all = this.#held.get(name) ?? new Set();
    this.#held.set(name, all.add(held));
    return () => {
      all.delete(held);
      if (all.size === 0) this.#held.delete(name);
    };
  }

  /** He hears when this document changes. */
  watches({ name }: User, { auid, only }: Pick<Usage, "auid" | "only">): boolean {
    const held = [...(this.#held.get(name) ?? [])];
    return only !== undefined && held.some(({ documents }) => documents.covers(auid, only));
  }

  /** A document has changed. */
  changed(news: DocumentNews): void {
    for (const { watch, documents } of this.#held.get(news.owner) ?? []) {
      if (documents.changed(news)) watch?.changed();
    }
  }

  /** He has no account any more, or another password: whoever watches has to ask anew. */
  revoked({ name }: User): void {
    for (const { watch } of this.#held.get(name) ?? []) watch?.end("rejected");
  }

  async #begin(
    documents: WatchedDocuments,
    selected: readonly Selected[],
    user: User,
  ): Promise<void> {
    const { store, hashing } = this.#ports;
    for (const usage of new Set(selected.map((one) => one.usage))) {
      if (usage.source !== undefined && usage.only !== undefined) {
        const written = await usage.source.read(user);
        if (written === undefined) continue;
        const etag = tagOf(written.bytes, hashing);
        documents.begins(usage.auid, usage.only, { etag, bytes: written.bytes });
        continue;
      }
      const kept = await store.ofOwner(user.name);
      for (const { auid, name } of kept.filter((one) => one.auid === usage.auid)) {
        const stored = await store.find({ auid, owner: user.name, name });
        if (stored !== undefined) documents.begins(auid, name, stored);
      }
    }
  }

  /** What the server writes has changed; what it was before nobody keeps. */
  async #written(user: User, usage: Usage): Promise<void> {
    const { auid, only: name } = usage;
    const held = [...(this.#held.get(user.name) ?? [])];
    if (name === undefined || !held.some(({ documents }) => documents.concerns(auid, name))) return;
    const written = await usage.source?.read(user);
    const after = written && {
      etag: tagOf(written.bytes, this.#ports.hashing),
      bytes: written.bytes,
    };
    this.changed({ auid, owner: user.name, name, before: undefined, after });
  }
}

/** Undefined: no list that can be read. §4.4 */
function urisIn({ content }: Passage): readonly string[] | undefined {
  if (content.mediaType !== RESOURCE_LISTS_TYPE || !content.bytes.ok) return undefined;
  const read = parseResourceLists(content.bytes.value);
  return read.ok ? flat(read.value) : undefined;
}

/** Lists in lists and references mean nothing here. */
function flat({ lists }: ResourceLists): readonly string[] {
  return lists.flatMap(({ items }) =>
    items.flatMap((item) => (item.kind === "entry" ? [item.uri] : [])),
  );
}

/** We never do more than was asked for: what is aggregated is told change by change. §4.7 */
function processingIn(said: string | undefined): Processing {
  return said === "xcap-patching" || said === "aggregate" ? said : "no-patching";
}

function no(condition: Parameters<typeof refuse>[0]): Verdict {
  return { do: "refuse", refusal: refuse(condition) };
}
