/** docs/protocol.md §7. `migrations[n]` takes the database from version n to n + 1; none is ever changed after a release. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE accounts (
    account_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, created_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE account_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE, created_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE servers (
    server_id TEXT PRIMARY KEY, environment_id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE, installation_id TEXT NOT NULL,
    name TEXT NOT NULL, os TEXT NOT NULL, arch TEXT NOT NULL, app_server_version TEXT NOT NULL,
    created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, UNIQUE (account_id, installation_id)
  ) STRICT;
  CREATE TABLE server_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE,
    server_id TEXT NOT NULL REFERENCES servers ON DELETE CASCADE, expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX server_tokens_by_server ON server_tokens (server_id);
  CREATE TABLE pairing_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, code_hash BLOB NOT NULL UNIQUE, manual_hash BLOB UNIQUE,
    server_id TEXT NOT NULL REFERENCES servers ON DELETE CASCADE, expires_at INTEGER NOT NULL, claimed_at INTEGER
  ) STRICT;
  CREATE INDEX pairing_codes_by_server ON pairing_codes (server_id);

  CREATE TABLE clients (
    client_id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES accounts ON DELETE CASCADE,
    key_id TEXT NOT NULL, public_key TEXT NOT NULL, protection_class TEXT NOT NULL,
    display_name TEXT NOT NULL, device_type TEXT, platform TEXT, os_version TEXT, device_model TEXT, app_version TEXT,
    created_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE client_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE,
    client_id TEXT NOT NULL REFERENCES clients ON DELETE CASCADE, expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX client_tokens_by_client ON client_tokens (client_id);
  CREATE TABLE pairings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server_id TEXT NOT NULL REFERENCES servers ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES clients ON DELETE CASCADE, UNIQUE (server_id, client_id)
  ) STRICT;
  CREATE INDEX pairings_by_client ON pairings (client_id);

  CREATE TABLE streams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server_id TEXT NOT NULL, client_id TEXT NOT NULL, stream_id TEXT NOT NULL, state TEXT NOT NULL,
    up_seq INTEGER NOT NULL, up_segment INTEGER NOT NULL, down_seq INTEGER NOT NULL, down_segment INTEGER NOT NULL,
    spoken INTEGER NOT NULL, touched_at INTEGER NOT NULL, UNIQUE (client_id, server_id, stream_id)
  ) STRICT;
  CREATE TABLE mail (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT, dest TEXT NOT NULL, stream INTEGER NOT NULL,
    seq INTEGER NOT NULL, segment INTEGER NOT NULL, bytes INTEGER NOT NULL, stored_at INTEGER NOT NULL, frame TEXT NOT NULL
  ) STRICT;
  CREATE INDEX mail_by_dest ON mail (dest, cursor);
  CREATE INDEX mail_by_stream ON mail (stream);
  `,
  // several sessions of one client: a stream remembers which of them it belongs to
  `
  ALTER TABLE streams ADD COLUMN dest TEXT NOT NULL DEFAULT '';
  UPDATE streams SET dest = client_id;
  `,
  // what a person calls a host; its own name comes anew with each enrolling
  'ALTER TABLE servers ADD COLUMN display_name TEXT;',
  // who did what: appended to, and trimmed at its old end
  `
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event TEXT NOT NULL,
    address TEXT, server_id TEXT, client_id TEXT, detail TEXT
  ) STRICT;
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is never changed'); END;
  CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit WHEN OLD.id > (SELECT max(id) FROM audit) - 100000
  BEGIN SELECT RAISE(ABORT, 'the audit log keeps its newest 100000 entries'); END;
  `,
  // when a host last answered, and since when and why it is not reached
  `
  ALTER TABLE servers ADD COLUMN answered_at INTEGER;
  ALTER TABLE servers ADD COLUMN offline_since INTEGER;
  ALTER TABLE servers ADD COLUMN offline_reason TEXT;
  `,
  // several accounts; what was signed for one before its last rotation counts no more
  `
  ALTER TABLE accounts ADD COLUMN name TEXT;
  ALTER TABLE accounts ADD COLUMN rotations INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX clients_by_account ON clients (account_id, created_at, client_id);
  `,
  // an operator may keep the audit log for a time only, of a week or more
  `
  DROP TRIGGER audit_is_not_shortened;
  CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
  WHEN OLD.id > (SELECT max(id) FROM audit) - 100000 AND OLD.at > unixepoch() * 1000 - 604800000
  BEGIN SELECT RAISE(ABORT, 'the audit log keeps its newest 100000 entries for 7 days at least'); END;
  `,
  // an ack finds what it releases without reading what else waits on its stream
  `
  DROP INDEX mail_by_stream;
  CREATE INDEX mail_by_position ON mail (stream, dest, seq, segment);
  `,
];
