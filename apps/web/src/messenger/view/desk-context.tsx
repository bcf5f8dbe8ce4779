/** What every view of one messenger needs: there may be two on a page. */
import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from "react";
import type { Backend } from "../desk/backend.ts";
import { contactName } from "../model/contact-book.ts";
import { titleOf } from "../model/conversation-list.ts";
import { wordsFor } from "../model/refusal-words.ts";
import { saidName } from "../model/said-name.ts";
import type { ConversationRow, Fault, Item, MemberView, Slices } from "../model/views.ts";
import type { Clockwork } from "../model/words.ts";
import type { Texts } from "../texts/en.ts";
import type { Route } from "./route.ts";

export interface Surroundings {
  readonly backend: Backend;
  readonly texts: Texts;
  readonly language: string;
  readonly words: Clockwork;
  /** The user's address, and what stands behind its @. */
  readonly self: string;
  readonly domain: string;
  /** Names of people that the page itself knows, by address. */
  readonly named: ReadonlyMap<string, string>;
  readonly route: Route;
  readonly go: (route: Route) => void;
  /** Says something that went wrong, or right; undefined: what was said is not true any more. */
  readonly tell: (words: string | undefined) => void;
}

export const DeskContext = createContext<Surroundings | undefined>(undefined);

export function useDesk(): Surroundings {
  const around = useContext(DeskContext);
  if (around === undefined) throw new Error("a view outside of a messenger");
  return around;
}

export function useSlice<K extends keyof Slices>(key: K): Slices[K] | undefined {
  const { board } = useDesk().backend;
  const watch = useCallback((changed: () => void) => board.watch(key, changed), [board, key]);
  return useSyncExternalStore(watch, () => board.get(key));
}

export function useRow(address: string): ConversationRow | undefined {
  return useSlice("list")?.find((row) => row.address === address);
}

/** What the user himself calls somebody, if he does; else what the page does. */
export function useContactName(): (address: string) => string | undefined {
  const { named } = useDesk();
  const contacts = useSlice("contacts");
  const names = useMemo(
    () => new Map(contacts?.map((person) => [person.address, contactName(person)])),
    [contacts],
  );
  return useCallback((address) => names.get(address) ?? named.get(address), [names, named]);
}

/**
 * What a person is called, wherever he is named: as the user calls him, else as he has called himself last, else by the name in his
 * address. `said`: what he is called in what is shown; in it alone that may be older.
 */
export function usePersonName(): (address: string, said?: string) => string {
  const { domain } = useDesk();
  const contact = useContactName();
  const rows = useSlice("list");
  return useCallback(
    (address, said) => {
      const row = rows?.find((one) => one.address === address);
      return titleOf({ address, name: contact(address) ?? row?.name ?? said }, domain);
    },
    [rows, contact, domain],
  );
}

/** What somebody in a group is called: as he has chosen to be there, else as anywhere. */
export function useMemberName(): (member: MemberView) => string {
  const contact = useContactName();
  return ({ nickname, entity, name }) =>
    nickname === undefined ? (contact(entity) ?? name) : name;
}

/** Does something, and says what went wrong. Resolves with undefined then. */
export function useAct(): <T>(doing: Promise<T>) => Promise<T | undefined> {
  const { texts, tell } = useDesk();
  return useCallback(
    async (doing) => {
      try {
        return await doing;
      } catch (error) {
        tell(wordsFor(error as Fault, texts)); // commands reject with nothing else
        return undefined;
      }
    },
    [texts, tell],
  );
}

/** What an address is called in a conversation: a member as in it, anybody else as anywhere. */
export function useNameOf(conversation: string): (address: string, said?: string) => string {
  const room = useSlice(`room ${conversation}`);
  const personName = usePersonName();
  const memberName = useMemberName();
  return (address, said) => {
    const member = room?.members.find(({ entity }) => entity === address);
    return member === undefined ? personName(address, said) : memberName(member);
  };
}

/** What whoever said something is called beside it: as he was when he said it. */
export function useAuthorName(conversation: string): (item: Item) => string {
  const room = useSlice(`room ${conversation}`);
  const nameOf = useNameOf(conversation);
  const personName = usePersonName();
  return (item) => {
    const { from, fromName, reach } = item;
    const member = room?.members.find(({ entity }) => entity === from);
    const inSession = reach === "all" || reach === "private";
    if (!inSession || fromName === undefined) return nameOf(from, fromName);
    return saidName(item, member) ?? personName(from, fromName);
  };
}
