/** Messages that are delivered, refused or out of time go: first the rows, then what they name. */
import type { DeferredMessage } from "../store/index.ts";
import type { DeferredPorts } from "./ports.ts";

export async function forget(
  recipient: string,
  messages: readonly DeferredMessage[],
  { store, large }: Pick<DeferredPorts, "store" | "large">,
): Promise<void> {
  await store.remove(
    recipient,
    messages.map(({ id }) => id),
  );
  await large?.forget(messages);
}
