/** The IM server: its functions as procedures over ports. */
export type { Admin, AdminUsers, BindingView, SettingsView } from "./admin.ts";
export type { AdminGroups, GroupDenial, GroupView } from "./admin-groups.ts";
export type { Secrets, ServerConfig, ServerPorts } from "./config.ts";
export type { AccountFault, AccountUpdate, NewAccount } from "./core/accounts.ts";
export type { ApplicationServerConfig } from "./core/isc/behind-core.ts";
export type { TrustedPeer } from "./core/peers.ts";
export type { StaticRoute } from "./core/routes.ts";
export { announcementOf } from "./files/index.ts";
export { type Bounds, defaultLimits, type Limits, limitsWith } from "./limits.ts";
export type {
  LegView,
  LiveSessions,
  Moderation,
  ModerationDenial,
  SessionView,
} from "./live-sessions.ts";
export type {
  Counter,
  Log,
  LogFields,
  Metrics,
  PushService,
  Sealing,
  SecurityWatch,
  User,
  Wake,
  WakeOutcome,
} from "./ports/index.ts";
export {
  createServer,
  type MsrpPlace,
  type Server,
  type ServerMedia,
} from "./server.ts";
export type { ServerStats } from "./server-stats.ts";
export type { ServiceGroup } from "./service-groups.ts";
export * from "./store/index.ts";
export {
  formatHep,
  formatPcap,
  fullText,
  hepPacket,
  ladderLine,
  type Outline,
  outlineOf,
  queryTrace,
  redact,
  stepOf,
  TraceFeed,
  type TraceFilter,
  type TraceProtocol,
  type TraceQuestion,
  type TraceRecord,
  type Tracer,
  type TraceStep,
} from "./trace/index.ts";
export {
  BodyEnded,
  type WebAnswer,
  type WebHandler,
  type WebHeader,
  type WebRequest,
  type WebSource,
} from "./web/index.ts";
