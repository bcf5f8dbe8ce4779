/** What every JobStore must hold. */
import type { Job } from "../jobs.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function jobStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a job survives a restart, each byte of it`, async (world) => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
    const full = job("1", { context: 'Ünïcode 🙂 \0 "quoted" [,] \r\n', bytes });
    equal(await world.stores.jobs.add(full), "stored");
    equal(await world.stores.jobs.add(job("2")), "stored");
    equal(await (await world.restart()).jobs.list(undefined, 10), [full, job("2")]);
  });

  caseOf(contract, `${name}: a job asked to be stored twice is kept once`, async ({ stores }) => {
    equal(await stores.jobs.add(job("1")), "stored");
    equal(await stores.jobs.add(job("1", { context: "other" })), "known");
    equal(await stores.jobs.list(undefined, 10), [job("1")]);
  });

  caseOf(contract, `${name}: settled recipients leave the job, the rest stays`, async (world) => {
    const { jobs } = world.stores;
    await jobs.add(job("1"));
    await jobs.settle("1", [CAROL, "sip:nobody@parlance.test"]);
    equal(await (await world.restart()).jobs.list(undefined, 10), [
      job("1", { recipients: [BOB, DAVE] }),
    ]);
  });

  caseOf(contract, `${name}: a job is forgotten with its last recipient`, async (world) => {
    const { jobs } = world.stores;
    await jobs.add(job("1"));
    await jobs.add(job("2"));
    await jobs.settle("1", [BOB]);
    await jobs.settle("1", [DAVE, CAROL]);
    await jobs.settle("1", [BOB]);
    equal(await (await world.restart()).jobs.list(undefined, 10), [job("2")]);
  });

  caseOf(contract, `${name}: a job is removed once`, async ({ stores }) => {
    await stores.jobs.add(job("1"));
    equal(await stores.jobs.remove("1"), true);
    equal(await stores.jobs.remove("1"), false);
    equal(await stores.jobs.list(undefined, 10), []);
  });

  caseOf(contract, `${name}: jobs come in the order of ids, page by page`, async ({ stores }) => {
    const { jobs } = stores;
    await Promise.all(["3", "1", "5", "2"].map((id) => jobs.add(job(id))));
    const ids = async (after: string | undefined, limit: number) =>
      (await jobs.list(after, limit)).map(({ id }) => id);
    equal(await ids(undefined, 2), ["1", "2"]);
    equal(await ids("2", 5), ["3", "5"]);
    equal(await ids("4", 5), ["5"]);
    equal(await ids("5", 5), []);
  });
}

const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";
const DAVE = "sip:dave@parlance.test";

function job(id: string, parts: Partial<Job> = {}): Job {
  return {
    id,
    originator: "sip:alice@parlance.test",
    createdAt: 1_900_000_000_000,
    expiresAt: 1_900_600_000_000,
    recipients: [BOB, CAROL, DAVE],
    context: "{}",
    bytes: bytesOf(100, 7),
    ...parts,
  };
}
