/** Accounts in SQL, with their identities and credentials. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

/** An account as it travels: its columns, its identities, its credentials as (algorithm, realm, sealed). */
export type AccountRows = readonly [
  account: Row,
  identities: readonly string[],
  credentials: readonly Row[],
];

/** What changes; undefined stays as it is. */
export interface AccountPatch {
  readonly address: string | undefined;
  /** In a list of one, as null is a value too. */
  readonly displayName: readonly [string | null] | undefined;
  readonly disabled: number | undefined;
  readonly changedAt: number;
  readonly identities: readonly string[] | undefined;
  readonly credentials: readonly Row[] | undefined;
}

const COLUMNS = "name, address, display_name, disabled, created_at, changed_at";

export function accountTable(sql: Sql) {
  const insert = sql.prepare(`INSERT INTO account (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
  const select = sql.prepare(`SELECT ${COLUMNS} FROM account WHERE name = ?`);
  const names = sql.prepare("SELECT name FROM account WHERE name > ? ORDER BY name LIMIT ?");
  const remove = sql.prepare("DELETE FROM account WHERE name = ?");
  const owner = sql.prepare("SELECT account FROM identity WHERE address = ?");
  const identities = sql.prepare(
    "SELECT address FROM identity WHERE account = ? ORDER BY position",
  );
  const insertIdentity = sql.prepare("INSERT OR IGNORE INTO identity VALUES (?, ?, ?)");
  const credentials = sql.prepare(
    "SELECT algorithm, realm, sealed FROM credential WHERE account = ? ORDER BY position",
  );
  const insertCredential = sql.prepare("INSERT INTO credential VALUES (?, ?, ?, ?, ?)");

  function taken(addresses: readonly string[], name: string): boolean {
    return addresses.some((address) => (owner.first(address)?.[0] ?? name) !== name);
  }

  function write(name: string, [account, addresses, secrets]: AccountRows): void {
    insert.run(...account);
    for (const [position, address] of addresses.entries())
      insertIdentity.run(address, name, position);
    for (const [position, secret] of secrets.entries())
      insertCredential.run(name, position, ...secret);
  }

  function read(name: string): AccountRows | undefined {
    const account = select.first(name);
    if (account === undefined) return undefined;
    return [
      account,
      identities.all(name).map(([address]) => String(address)),
      credentials.all(name),
    ];
  }

  return {
    createAccount(name: string, rows: AccountRows): "created" | "name taken" | "identity taken" {
      if (select.first(name) !== undefined) return "name taken";
      if (taken(rows[1], name)) return "identity taken";
      write(name, rows);
      return "created";
    },

    updateAccount(
      name: string,
      patch: AccountPatch,
    ):
      | { readonly before: AccountRows; readonly after: AccountRows }
      | "unknown"
      | "identity taken" {
      const before = read(name);
      if (before === undefined) return "unknown";
      if (taken(patch.identities ?? [], name)) return "identity taken";
      const after = patched(before, patch);
      remove.run(name);
      write(name, after);
      return { before, after };
    },

    removeAccount(name: string): AccountRows | undefined {
      const rows = read(name);
      remove.run(name);
      return rows;
    },

    findAccount: read,

    listAccounts(after: string, limit: number): readonly AccountRows[] {
      return names
        .all(after, limit)
        .map(([name]) => read(String(name)))
        .filter((rows) => rows !== undefined);
    },
  };
}

function patched(
  [account, identities, credentials]: AccountRows,
  patch: AccountPatch,
): AccountRows {
  const [name = null, address = null, displayName = null, disabled = null, createdAt = null] =
    account;
  return [
    [
      name,
      patch.address ?? address,
      patch.displayName === undefined ? displayName : patch.displayName[0],
      patch.disabled ?? disabled,
      createdAt,
      patch.changedAt,
    ],
    patch.identities ?? identities,
    patch.credentials ?? credentials,
  ];
}
