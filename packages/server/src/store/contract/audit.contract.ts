/** What every AuditStore must hold. */
import type { AuditEntry } from "../audit.ts";
import { type Contract, caseOf } from "./contract.ts";

export function auditStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: entries are numbered and read newest first`, async (world) => {
    const first = await world.stores.audit.append(entry(10));
    equal(await world.stores.audit.append(entry(20)), first + 1);
    const { audit } = await world.restart();
    equal(await audit.append(entry(30)), first + 2);
    equal(await audit.page(undefined, 2), [
      { ...entry(30), sequence: first + 2 },
      { ...entry(20), sequence: first + 1 },
    ]);
    equal(await audit.page(first + 1, 2), [{ ...entry(10), sequence: first }]);
  });

  caseOf(contract, `${name}: old entries are trimmed so many a tick`, async ({ stores }) => {
    for (const at of [1, 2, 3]) await stores.audit.append(entry(at));
    equal(await stores.audit.trim(3, 1), 1);
    equal(await stores.audit.trim(3, 5), 1);
    equal(await stores.audit.trim(3, 5), 0);
    equal((await stores.audit.page(undefined, 5)).length, 1);
  });
}

function entry(at: number): AuditEntry {
  return { at, actor: "operator root", action: "user created", subject: "alice", detail: "" };
}
