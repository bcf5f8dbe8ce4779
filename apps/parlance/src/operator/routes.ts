/** Every route of the operator's API. */
import { auditRoutes } from "./audit.ts";
import { backupRoutes } from "./backups.ts";
import { groupRoutes } from "./groups.ts";
import { keptRoutes } from "./kept.ts";
import type { Route } from "./route.ts";
import { serviceRoutes } from "./service.ts";
import { sessionRoutes } from "./sessions.ts";
import { traceRoutes } from "./trace.ts";
import { traceLiveRoute } from "./trace-live.ts";
import { userRoutes } from "./users.ts";

export const ROUTES: readonly Route[] = [
  ...serviceRoutes,
  ...userRoutes,
  ...sessionRoutes,
  ...groupRoutes,
  ...keptRoutes,
  ...traceRoutes,
  traceLiveRoute,
  ...backupRoutes,
  ...auditRoutes,
];
