/** The controlling function over stores in memory, with a way that leads nowhere. */

import type { SipRequest, SipUri } from "@parlance/sip";
import { Controlling, configuredGroup, type Group, type JobLimits } from "../controlling/index.ts";
import { workLimits } from "../limits.ts";
import type { Originator } from "../ports/index.ts";
import { type Disk, type MemoryStores, memoryStores } from "../store/index.ts";
import { HandClock } from "./clock.ts";
import { originatorFor, passageOf, userCalled } from "./people.ts";
import { CountedMetrics, countingRandom, NotedHits, NotedReports, silentLog } from "./ports.ts";
import { DeadEnd } from "./way.ts";

export const alice = userCalled("alice");
export const FACTORY = "sip:conf-factory@example.com";
export const ROUTE = "sip:imdn@example.com";

export const team: Group = configuredGroup(
  { name: "team", displayName: "Team", members: ["alice", "bob", "carol"] },
  "example.com",
);

const JOBS: JobLimits = { copies: workLimits.copies, messages: workLimits.copyJobs };

export interface Wishes {
  readonly stores?: MemoryStores;
  readonly disk?: Disk;
  readonly direct?: boolean;
  readonly jobs?: JobLimits;
}

export function world({ stores: given, disk, direct = false, jobs = JOBS }: Wishes = {}) {
  const way = new DeadEnd();
  const clock = new HandClock();
  const reports = new NotedReports();
  const metrics = new CountedMetrics();
  const hits = new NotedHits();
  const stores = given ?? memoryStores(disk === undefined ? {} : { disk });
  const opened: unknown[] = [];
  const collection = {
    route: ROUTE,
    open: async (message: unknown) => void opened.push(message),
  };
  const controlling = new Controlling(
    {
      store: stores.jobs,
      collection: direct ? undefined : collection,
      way,
      reports,
      clock,
      random: countingRandom(),
      log: silentLog,
      metrics,
      hits,
      userNamed: (name) => (name === "alice" ? alice : undefined),
      conferences: undefined,
      groups: {
        find: (identity) => (identity === team.identity ? team : undefined),
        onChange: () => undefined,
      },
    },
    {
      factory: FACTORY,
      untagged: "refuse",
      recipientsPerList: 100,
      userAgent: "IM-serv/OMA1.0",
      maxSeconds: 86_400,
      jobs,
    },
  );
  const send = async (request: SipRequest, originator: Originator = originatorFor(alice)) => {
    const verdict = await controlling.serve(
      passageOf(request, originator, clock.now()),
      targetOf(request),
    );
    await clock.pass(1);
    return verdict;
  };
  return { way, clock, reports, metrics, hits, stores, opened, controlling, send };
}

/** Its Request-URI, which names a service of ours. */
export function targetOf({ uri }: SipRequest): SipUri {
  if (uri.kind !== "sip") throw new Error("no service of ours");
  return uri;
}
