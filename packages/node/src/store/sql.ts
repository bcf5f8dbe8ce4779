/** What the tables see of a connection: prepared statements over rows. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Row, Value } from "./rows.ts";

export class Sql {
  readonly #connection: DatabaseSync;

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
  }

  prepare(text: string): Statement {
    return new Statement(this.#connection.prepare(text, { returnArrays: true }));
  }
}

export class Statement {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  /** How many rows it changed. */
  run(...values: Value[]): number {
    return Number(this.#statement.run(...values).changes);
  }

  all(...values: Value[]): readonly Row[] {
    const rows: readonly unknown[] = this.#statement.all(...values);
    return rows.filter(isRow);
  }

  first(...values: Value[]): Row | undefined {
    const row = this.#statement.get(...values);
    return isRow(row) ? row : undefined;
  }
}

/** With `returnArrays` each row is an array, whatever its declared type; none of our columns holds a bigint. */
function isRow(row: unknown): row is Row {
  return Array.isArray(row);
}
