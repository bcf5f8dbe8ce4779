/** What was read is written, and reads the same. */
import assert from "node:assert/strict";

export function readsAgain<Input, Value>(
  read: (input: Input) => { ok: true; value: Value } | { ok: false },
  write: (value: Value) => Input,
  input: Input,
  essence: (value: Value) => unknown = (value) => value,
): void {
  const result = read(input);
  if (!result.ok) return;
  const again = read(write(result.value));
  assert.ok(again.ok);
  assert.deepEqual(essence(again.value), essence(result.value));
}
