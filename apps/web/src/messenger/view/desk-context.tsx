/** What every view of one messenger needs: there may be two on a page. */
import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from "react";
import type { Backend } from "../desk/backend.ts";
import { shortAddress } from "../model/addresses.ts";
import { contactName } from "../model/contact-book.ts";
import { titleOf } from "../model/conversation-list.ts";
import { wordsFor } from "../model/refusal-words.ts";
import type { ConversationRow, Fault, Slices } from "../model/views.ts";
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

/** What the user himself calls somebody, if he does. */
export function useContactName(): (address: string) => string | undefined {
  const contacts = useSlice("contacts");
  const names = useMemo(
    () => new Map(contacts?.map((person) => [person.address, contactName(person)])),
    [contacts],
  );
  return useCallback((address) => names.get(address), [names]);
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

/** How an address is called in a conversation: as its row or its members say, else by itself. */
export function useNameOf(conversation: string): (address: string, said?: string) => string {
  const { domain } = useDesk();
  const room = useSlice(`room ${conversation}`);
  const row = useRow(conversation);
  const contact = useContactName();
  return (address, said) => {
    const member = room?.members.find(({ entity }) => entity === address);
    if (member !== undefined) return member.name;
    const known = contact(address);
    if (known !== undefined) return known;
    const title = { address, name: said ?? (address === conversation ? row?.name : undefined) };
    return title.name === undefined ? shortAddress(address, domain) : titleOf(title, domain);
  };
}
