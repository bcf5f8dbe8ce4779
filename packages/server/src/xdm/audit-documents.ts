/** Changes of documents by which others are let in or kept out: somebody may have to answer for them. */
import type { Clock } from "@parlance/wire";
import type { DocumentListener, Log } from "../ports/index.ts";
import type { AuditStore } from "../store/index.ts";
import { ACCESS_RULES } from "./usages/access-rules.ts";
import { GROUPS } from "./usages/groups.ts";

const AUDITED: ReadonlySet<string> = new Set([ACCESS_RULES, GROUPS]);

export function auditDocuments(audit: AuditStore, clock: Clock, log: Log): DocumentListener {
  return ({ auid, owner, name, before, after }) => {
    if (!AUDITED.has(auid) || (before === undefined && after === undefined)) return;
    const word = before === undefined ? "created" : after === undefined ? "removed" : "changed";
    const entry = {
      at: clock.now(),
      actor: owner,
      action: `document ${word}`,
      subject: `${auid}/users/${owner}/${name}`,
      detail: after === undefined ? "" : `${after.bytes.length} octets, ${after.etag}`,
    };
    audit.append(entry).catch((error: unknown) => {
      log.error("audit entry not stored", { error: String(error) });
    });
  };
}
