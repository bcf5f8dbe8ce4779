/** What all stores together must hold, whatever they are made of. */
import { auditStoreContract } from "./audit.contract.ts";
import { bindingStoreContract } from "./bindings.contract.ts";
import { conferenceStoreContract } from "./conferences.contract.ts";
import { type Contract, caseOf } from "./contract.ts";
import { deferredStoreContract } from "./deferred.contract.ts";
import { documentStoreContract } from "./documents.contract.ts";
import { fileStoreContract } from "./files.contract.ts";
import { historyStoreContract } from "./history.contract.ts";
import { imdnStoreContract } from "./imdn.contract.ts";
import { jobStoreContract } from "./jobs.contract.ts";
import { recordingStoreContract } from "./recordings.contract.ts";
import { roomStoreContract } from "./rooms.contract.ts";
import { serviceSettingsStoreContract } from "./service-settings.contract.ts";
import { settingsStoreContract } from "./settings.contract.ts";
import { userStoreContract } from "./users.contract.ts";

/** Runs the suites of all concerns, and what concerns all. */
export function storesContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;
  userStoreContract(`${name} users`, contract);
  bindingStoreContract(`${name} bindings`, contract);
  deferredStoreContract(`${name} deferred`, contract);
  imdnStoreContract(`${name} imdn`, contract);
  jobStoreContract(`${name} jobs`, contract);
  fileStoreContract(`${name} files`, contract);
  roomStoreContract(`${name} rooms`, contract);
  conferenceStoreContract(`${name} conferences`, contract);
  historyStoreContract(`${name} history`, contract);
  recordingStoreContract(`${name} recordings`, contract);
  documentStoreContract(`${name} documents`, contract);
  serviceSettingsStoreContract(`${name} service settings`, contract);
  settingsStoreContract(`${name} settings`, contract);
  auditStoreContract(`${name} audit`, contract);

  caseOf(contract, `${name}: what was asked for before close is done`, async (world) => {
    const puts = Promise.all(
      Array.from({ length: 50 }, (_, index) => world.stores.settings.put(`k${index}`, "v")),
    );
    const again = await world.restart();
    await puts;
    equal((await again.settings.list("k", 100)).length, 50);
  });

  caseOf(contract, `${name}: after close a call is refused`, async (world) => {
    const { stores } = world;
    await world.restart();
    equal(await refusal(stores.settings.put("k", "v")), "closed");
    equal(await refusal(stores.settings.get("k")), "closed");
    await stores.close();
  });
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return "done";
  } catch (error) {
    return error instanceof Error && "fault" in error ? error.fault : error;
  }
}
