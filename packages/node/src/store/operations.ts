/** Everything that the main thread may ask the worker to do, by name. */
import type { Sql } from "./sql.ts";
import { accountTable } from "./tables/accounts.ts";
import { auditTable } from "./tables/audit.ts";
import { bindingTable } from "./tables/bindings.ts";
import { conferenceTable } from "./tables/conferences.ts";
import { deferredTable } from "./tables/deferred.ts";
import { documentTable } from "./tables/documents.ts";
import { fileTable } from "./tables/files.ts";
import { historyTable } from "./tables/history.ts";
import { imdnTable } from "./tables/imdn.ts";
import { jobTable } from "./tables/jobs.ts";
import { recordingTable } from "./tables/recordings.ts";
import { roomTable } from "./tables/rooms.ts";
import { serviceSettingsTable } from "./tables/service-settings.ts";
import { settingTable } from "./tables/settings.ts";

export function operationsOn(sql: Sql) {
  const { forgetUsages, ...deferred } = deferredTable(sql);
  const { forgetWaiting, ...history } = historyTable(sql);
  return {
    operations: {
      ...accountTable(sql),
      ...bindingTable(sql),
      ...deferred,
      ...imdnTable(sql),
      ...jobTable(sql),
      ...fileTable(sql),
      ...roomTable(sql),
      ...conferenceTable(sql),
      ...history,
      ...recordingTable(sql),
      ...documentTable(sql),
      ...serviceSettingsTable(sql),
      ...settingTable(sql),
      ...auditTable(sql),
    },
    /** Drops what the tables keep in memory about rows; to be called after a rollback. */
    forget: (): void => {
      forgetUsages();
      forgetWaiting();
    },
  };
}

export type Operations = ReturnType<typeof operationsOn>["operations"];
export type OperationName = keyof Operations;
