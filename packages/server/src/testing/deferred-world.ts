/** Deferred messaging over stores in memory, with a way that leads nowhere. */

import type { SipRequest } from "@parlance/sip";
import { utf8Text } from "@parlance/wire";
import { DeferredMessages, type DeferredOptions } from "../deferred/index.ts";
import { openRules, usualSettings } from "../participating/index.ts";
import type { User, UserRules, UserSettings } from "../ports/index.ts";
import { type Disk, type MemoryStores, memoryStores } from "../store/index.ts";
import { HandClock, settled } from "./clock.ts";
import { contactOf, originatorFor, passageOf, readContent, userCalled } from "./people.ts";
import { CountedMetrics, countingRandom, NotedHits, NotedReports, silentLog } from "./ports.ts";
import { DeadEnd } from "./way.ts";

export const alice = userCalled("alice");
export const bob = userCalled("bob");

export interface Wishes {
  readonly options?: Partial<DeferredOptions>;
  readonly disk?: Disk;
  readonly stores?: MemoryStores;
  readonly rules?: UserRules;
  readonly settings?: Partial<UserSettings>;
}

export function world({ options, disk, stores: given, rules, settings }: Wishes = {}) {
  const clock = new HandClock();
  const stores = given ?? memoryStores(disk === undefined ? {} : { disk });
  const way = new DeadEnd();
  const reports = new NotedReports();
  const metrics = new CountedMetrics();
  const hits = new NotedHits();
  const suspected: string[] = [];
  const users = new Map([alice, bob].map((user) => [user.name, user]));
  const deferred = new DeferredMessages(
    {
      store: stores.deferred,
      way,
      reports,
      rules: rules ?? openRules,
      recording: { listensTo: () => false, sent: () => {}, received: () => {} },
      changed: () => {},
      settings: { ...usualSettings, ...settings },
      readContent,
      clock,
      random: countingRandom(),
      userNamed: (name) => users.get(name),
      isReachable: (user) => way.contacts.has(user.name),
      log: silentLog,
      metrics,
      large: undefined,
      files: undefined,
      notice: undefined,
      hits,
      security: { report: (event, source) => void suspected.push(`${event} ${source}`) },
    },
    options,
  );
  const store = (request: SipRequest, to = bob, from = alice) =>
    deferred.store(passageOf(request, originatorFor(from), clock.now()), to);
  const texts = () => way.delivered.map(({ request }) => utf8Text(request.body));
  const arrive = async (user: User = bob) => {
    way.contacts.set(user.name, [contactOf(user)]);
    deferred.userReachable(user);
    await settled();
  };
  return { clock, stores, way, reports, metrics, hits, suspected, deferred, store, texts, arrive };
}
