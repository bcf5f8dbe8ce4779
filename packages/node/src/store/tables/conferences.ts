/** Sessions of many in SQL, with who is, was or was asked to be in them. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

export type ConferenceRows = readonly [conference: Row, participants: readonly Row[]];

const COLUMNS = "id, kind, group_identity, creator, subject, started_at, locked";
const OF_PARTICIPANT =
  "address, uri, state, entity, anonymous, alias, group_name, profile_name, muted, records_as";

export function conferenceTable(sql: Sql) {
  const open = sql.prepare(
    `INSERT INTO conference (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, group_identity = excluded.group_identity,
       creator = excluded.creator, subject = excluded.subject, started_at = excluded.started_at,
       locked = excluded.locked`,
  );
  const put = sql.prepare(
    `INSERT OR REPLACE INTO conference_participant (conference, ${OF_PARTICIPANT})
     SELECT id, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM conference WHERE id = ?1`,
  );
  const forget = sql.prepare(
    "DELETE FROM conference_participant WHERE conference = ? AND address = ?",
  );
  const end = sql.prepare("DELETE FROM conference WHERE id = ?");
  const list = sql.prepare(`SELECT ${COLUMNS} FROM conference WHERE id > ? ORDER BY id LIMIT ?`);
  const participantsOf = sql.prepare(
    `SELECT ${OF_PARTICIPANT} FROM conference_participant WHERE conference = ? ORDER BY address`,
  );

  return {
    openConference(conference: Row): void {
      open.run(...conference);
    },

    putParticipant(id: string, participant: Row): void {
      put.run(id, ...participant);
    },

    forgetParticipant(id: string, address: string): void {
      forget.run(id, address);
    },

    endConference(id: string): boolean {
      return end.run(id) > 0;
    },

    listConferences(after: string, limit: number): readonly ConferenceRows[] {
      return list.all(after, limit).map((conference) => {
        const [id = null] = conference;
        return [conference, participantsOf.all(id)];
      });
    },
  };
}
