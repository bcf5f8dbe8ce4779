/** The numbers of a running server: for its first page, and for metrics. */
import type { EndpointStats } from "@parlance/sip";
import type { ServerPorts } from "./config.ts";
import type { Conferences } from "./controlling/index.ts";
import type { Core } from "./core/core.ts";
import { mostOf } from "./core/limit-hits.ts";
import type { Tracer } from "./trace/index.ts";
import type { UserPlane } from "./user-plane.ts";

export interface ServerStats extends EndpointStats {
  /** One-to-one sessions that pass through the server. */
  readonly sessions: number;
  /** Sessions of many. */
  readonly conferences: number;
  readonly conferenceParticipants: number;
  readonly users: number;
  readonly registeredUsers: number;
  readonly contacts: number;
  readonly subscriptions: number;
}

export function statsOf(
  core: Core,
  plane: UserPlane | undefined,
  conferences: Conferences | undefined,
): ServerStats {
  return {
    sessions: plane?.sessions.count ?? 0,
    conferences: conferences?.count ?? 0,
    conferenceParticipants: conferences?.participants ?? 0,
    ...core.endpoint.stats,
    users: core.directory.size,
    registeredUsers: core.registrar.contacts.users,
    contacts: core.registrar.contacts.count,
    subscriptions: core.regEvents.count + core.subscriptions.count,
  };
}

export function watchStats(
  { metrics }: ServerPorts,
  core: Core,
  plane: UserPlane | undefined,
  conferences: Conferences | undefined,
  tracer: Tracer,
): void {
  const gauge = (name: string, stat: keyof ServerStats, help: string): void =>
    metrics.gauge(`sip_${name}`, help, () => statsOf(core, plane, conferences)[stat]);
  const { hits } = core;
  hits.uses("transactions", () => {
    const { serverTransactions, clientTransactions } = core.endpoint.stats;
    return serverTransactions + clientTransactions;
  });
  hits.uses("calls", () => core.calls.stats.calls);
  hits.uses("sessionsPerUser", () => plane?.sessions.most ?? 0);
  hits.uses("conferences", () => conferences?.count ?? 0);
  hits.uses("conferencesPerUser", () => conferences?.most ?? 0);
  hits.uses("conferenceParticipants", () =>
    mostOf([...(conferences ?? [])].map(({ count }) => count)),
  );
  hits.uses("tracedUsers", () => tracer.watched.length);
  hits.uses("traceRecords", () => tracer.ring.counts.kept);
  const total = (name: string, stat: keyof EndpointStats, help: string): void =>
    metrics.total(`sip_${name}_total`, help, () => core.endpoint.stats[stat]);
  gauge("users", "users", "Accounts");
  gauge("registered_users", "registeredUsers", "Users with at least one contact");
  gauge("contacts", "contacts", "Registered contacts");
  gauge("subscriptions", "subscriptions", "Subscriptions to registrations and conferences");
  gauge("sessions", "sessions", "One-to-one sessions through the server");
  gauge("conferences", "conferences", "Sessions of many");
  gauge("conference_participants", "conferenceParticipants", "Users in sessions of many");
  gauge("server_transactions", "serverTransactions", "Requests of others in memory");
  gauge("client_transactions", "clientTransactions", "Requests of ours in memory");
  total("requests_in", "requestsIn", "Requests received");
  total("requests_out", "requestsOut", "Requests sent");
  total("timeouts", "timeouts", "Requests that nobody answered");
  total("malformed", "malformed", "Messages that could not be read");
  total("refused_by_limit", "refusedByLimit", "Requests refused because of too many transactions");
}
