/** The schema, step by step. A step that was released is never changed; the next one is added below it. */

/** The step at position n brings a database of version n to version n + 1. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE account (
    name TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    display_name TEXT,
    disabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE identity (
    address TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    position INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX identity_of_account ON identity (account, position);

  CREATE TABLE credential (
    account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    realm TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (account, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE binding (
    user TEXT NOT NULL,
    id TEXT NOT NULL,
    address TEXT NOT NULL,
    contact_text TEXT NOT NULL,
    instance TEXT,
    reg_id INTEGER,
    path TEXT NOT NULL, -- JSON array
    flow TEXT,
    q INTEGER NOT NULL,
    call_id TEXT NOT NULL,
    cseq INTEGER NOT NULL,
    user_agent TEXT,
    public_gruu TEXT,
    temporary_gruu TEXT,
    registered_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX binding_expiry ON binding (expires_at);

  -- With a rowid: messages are appended in the order of reception, and long content stays out of the index.
  CREATE TABLE deferred (
    recipient TEXT NOT NULL,
    id TEXT NOT NULL,
    originator TEXT NOT NULL,
    originator_shown TEXT NOT NULL,
    privacy TEXT,
    group_address TEXT,
    subject TEXT,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    poisoned INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    content BLOB NOT NULL
  ) STRICT;
  -- Holds all that counting against the quota needs.
  CREATE INDEX deferred_of_recipient ON deferred (recipient, id, stored_bytes);
  CREATE INDEX deferred_expiry ON deferred (expires_at);

  CREATE TABLE sent_message (
    author TEXT NOT NULL,
    message_id TEXT NOT NULL,
    recipients TEXT NOT NULL, -- JSON array
    context TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (author, message_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sent_message_deadline ON sent_message (deadline);
  CREATE INDEX sent_message_expiry ON sent_message (expires_at);

  CREATE TABLE disposition (
    arrival INTEGER PRIMARY KEY,
    author TEXT NOT NULL,
    message_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    content BLOB, -- NULL when it was passed on
    UNIQUE (author, message_id, recipient, kind),
    FOREIGN KEY (author, message_id) REFERENCES sent_message ON DELETE CASCADE
  ) STRICT;

  CREATE TABLE job (
    id TEXT PRIMARY KEY,
    originator TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    context TEXT NOT NULL,
    content BLOB NOT NULL
  ) STRICT;

  CREATE TABLE job_recipient (
    job TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (job, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_time ON audit (at);
  `,
  `
  CREATE TABLE file (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    content TEXT NOT NULL UNIQUE,
    link_hash TEXT NOT NULL UNIQUE,
    name TEXT,
    type TEXT NOT NULL,
    declared_bytes INTEGER,
    declared_sha256 TEXT,
    reserved_bytes INTEGER NOT NULL,
    received_bytes INTEGER NOT NULL,
    sha1 TEXT, -- NULL until the upload is complete, like sha256
    sha256 TEXT,
    thumbnail_type TEXT,
    thumbnail_bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- Holds all that counting against the quota needs.
  CREATE INDEX file_of_owner ON file (owner, id, reserved_bytes, thumbnail_bytes);
  CREATE INDEX file_expiry ON file (expires_at);

  CREATE TABLE file_thumbnail (
    file TEXT PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
    image BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- Where the octets of a large message lie; NULL while they are in the row.
  ALTER TABLE deferred ADD COLUMN content_id TEXT;
  CREATE INDEX deferred_content ON deferred (content_id) WHERE content_id IS NOT NULL;
  `,
  `
  -- The registrar knows what expires; a refresh that is written changes one tree now, not two.
  DROP INDEX binding_expiry;
  `,
  `
  -- With a rowid: messages are appended in the order in which they were said, and long ones stay out of the indexes.
  CREATE TABLE room_entry (
    room TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    audience TEXT, -- JSON array; NULL for all
    said_at INTEGER NOT NULL,
    type TEXT NOT NULL,
    content BLOB NOT NULL,
    UNIQUE (room, sender, sender_id)
  ) STRICT;
  -- Holds all that finding a message by its id needs.
  CREATE INDEX room_entry_place ON room_entry (room, sequence, message_id);

  CREATE TABLE room_cursor (
    room TEXT NOT NULL,
    member TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (room, member)
  ) STRICT, WITHOUT ROWID;

  -- Numbers are not used again when the messages that had them are gone.
  CREATE TABLE room_last (
    room TEXT PRIMARY KEY,
    last INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE conference (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    group_identity TEXT,
    creator TEXT NOT NULL,
    subject TEXT,
    started_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE conference_participant (
    conference TEXT NOT NULL REFERENCES conference (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    uri TEXT NOT NULL,
    state TEXT NOT NULL,
    entity TEXT NOT NULL,
    anonymous INTEGER NOT NULL,
    alias TEXT,
    group_name TEXT,
    profile_name TEXT,
    PRIMARY KEY (conference, address)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- With a rowid: a document may have 256 KiB, which stay out of the indexes.
  CREATE TABLE document (
    auid TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    claim TEXT,
    size_bytes INTEGER NOT NULL,
    content BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX document_name ON document (owner, auid, name);
  CREATE INDEX document_size ON document (owner, size_bytes); -- counting against the quota reads no document
  CREATE INDEX document_of_usage ON document (auid, owner, name);
  CREATE UNIQUE INDEX document_claim ON document (auid, claim) WHERE claim IS NOT NULL;

  CREATE TABLE service_settings (
    user TEXT PRIMARY KEY,
    offline_delivery INTEGER, -- NULL: never said, like the others
    stores_sessions INTEGER,
    stores_messages INTEGER
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE publication (
    user TEXT NOT NULL REFERENCES service_settings (user) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    etag TEXT NOT NULL,
    said_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    devices TEXT NOT NULL, -- JSON array
    document BLOB NOT NULL,
    PRIMARY KEY (user, position)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE history_owner (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    last INTEGER NOT NULL, -- sequence; not used again when the message that had it is gone
    held INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT;

  -- By place, number of the owner and sequence in one: what a user reads lies together, here and in the index of words.
  CREATE TABLE history (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    conversation TEXT NOT NULL,
    direction TEXT NOT NULL,
    mode TEXT NOT NULL,
    sender TEXT NOT NULL,
    auth_id TEXT,
    recipient TEXT NOT NULL,
    group_address TEXT,
    subject TEXT,
    type TEXT NOT NULL,
    message_id TEXT,
    at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    content_id TEXT,
    removed INTEGER NOT NULL, -- by its owner
    due_at INTEGER NOT NULL, -- when a sweep looks at it
    stored_bytes INTEGER NOT NULL,
    search_text TEXT NOT NULL,
    content BLOB NOT NULL
  ) STRICT;
  CREATE INDEX history_id ON history (id);
  CREATE INDEX history_conversation ON history (conversation, place);
  CREATE INDEX history_due ON history (due_at);
  CREATE INDEX history_content ON history (content_id) WHERE content_id IS NOT NULL;

  -- Indexed many at a time and in order: one by one they would cost three times as much.
  CREATE TABLE history_unindexed (
    place INTEGER PRIMARY KEY
  ) STRICT;

  -- In which messages any three characters are; whether they are beside each other is seen in the message.
  CREATE VIRTUAL TABLE history_words USING fts5(
    text, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
  );
  -- What was removed is not in the index any more, instead of being there and marked.
  INSERT INTO history_words (history_words, rank) VALUES ('secure-delete', 1);
  `,
  `
  -- Holds all that counting what is not read needs; what was removed is in nobody's way.
  DROP INDEX history_conversation;
  CREATE INDEX history_conversation ON history (conversation, place, direction) WHERE removed = 0;

  CREATE TABLE history_thread (
    owner INTEGER NOT NULL,
    conversation TEXT NOT NULL,
    last INTEGER NOT NULL, -- sequence of its newest message
    version INTEGER NOT NULL, -- of the mark; 0: there is none
    mark INTEGER NOT NULL, -- sequence of the message up to which it is read
    mark_id TEXT NOT NULL,
    mark_message_id TEXT,
    mark_at INTEGER NOT NULL,
    PRIMARY KEY (owner, conversation)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX history_thread_last ON history_thread (owner, last);
  CREATE INDEX history_thread_version ON history_thread (owner, version) WHERE version > 0;
  INSERT INTO history_thread
    SELECT place / 2147483648, conversation, max(place) % 2147483648, 0, 0, '', NULL, 0
    FROM history WHERE removed = 0 GROUP BY 1, 2;
  ALTER TABLE history_owner ADD COLUMN marks INTEGER NOT NULL DEFAULT 0; -- version of the last one
  `,
  `
  ALTER TABLE conference ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE conference_participant ADD COLUMN muted INTEGER NOT NULL DEFAULT 0;
  `,
  `
  CREATE TABLE recording (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT,
    conversation TEXT NOT NULL,
    group_address TEXT,
    group_name TEXT,
    parties TEXT NOT NULL, -- JSON array of address and name
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    messages INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    removed INTEGER NOT NULL -- by its owner
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recording_owner ON recording (owner, id);
  CREATE INDEX recording_expiry ON recording (expires_at);
  CREATE INDEX recording_open ON recording (ended_at) WHERE ended_at IS NULL;

  CREATE TABLE recorded_message (
    recording TEXT NOT NULL,
    number INTEGER NOT NULL,
    message TEXT NOT NULL, -- id in the history of its owner
    PRIMARY KEY (recording, number)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- He has asked for a recording of that name; empty for one without.
  ALTER TABLE conference_participant ADD COLUMN records_as TEXT;
  `,
  `
  -- For devices of the owner that have copies of their own.
  CREATE TABLE history_removal (
    owner INTEGER NOT NULL,
    version INTEGER NOT NULL,
    conversation TEXT NOT NULL,
    message_id TEXT, -- NULL: all of the conversation
    at INTEGER NOT NULL,
    PRIMARY KEY (owner, version)
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE history_owner ADD COLUMN removals INTEGER NOT NULL DEFAULT 0; -- version of the last one
  `,
];
