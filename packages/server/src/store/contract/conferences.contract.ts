/** What every ConferenceStore must hold. */
import type { ConferenceRecord, StoredConference, StoredParticipant } from "../conferences.ts";
import { type Contract, caseOf } from "./contract.ts";

export function conferenceStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a session and who is in it survive a restart`, async (world) => {
    const { conferences } = world.stores;
    const odd = participant("sip:zoë@parlance.test", {
      alias: 'Night "Owl" 🙂 \\',
      state: "expelled",
      anonymous: true,
      groupName: "Zoë",
      profileName: "",
      muted: true,
      recordsAs: "Minutes",
    });
    const lunch = conference("im-1", { group: undefined, subject: "Lunch?", locked: true });
    await conferences.open(lunch);
    await conferences.put("im-1", odd);
    await conferences.put("im-1", participant(ALICE));
    equal(await (await world.restart()).conferences.list(undefined, 10), [
      { conference: lunch, participants: [participant(ALICE), odd] },
    ]);
  });

  caseOf(contract, `${name}: the same participant is replaced`, async ({ stores }) => {
    const { conferences } = stores;
    await conferences.open(conference("im-1"));
    await conferences.put("im-1", participant(ALICE));
    await conferences.put("im-1", participant(ALICE, { state: "gone", alias: "Al" }));
    await conferences.put("im-1", participant(BOB));
    await conferences.forget("im-1", BOB);
    await conferences.forget("im-1", "sip:nobody@parlance.test");
    equal(people(await conferences.list(undefined, 10)), [`im-1: ${ALICE} gone Al`]);
  });

  caseOf(contract, `${name}: a session that is opened again keeps who is in it`, async (world) => {
    const { conferences } = world.stores;
    await conferences.open(conference("im-1"));
    await conferences.put("im-1", participant(ALICE));
    const later = conference("im-1", { subject: "Dinner", locked: true });
    await conferences.open(later);
    const [record] = await (await world.restart()).conferences.list(undefined, 10);
    equal([record?.conference, record?.participants.length], [later, 1]);
  });

  caseOf(contract, `${name}: what has ended leaves nothing behind`, async (world) => {
    const { conferences } = world.stores;
    await conferences.open(conference("im-1"));
    await conferences.put("im-1", participant(ALICE));
    equal(await conferences.end("im-1"), true);
    equal(await conferences.end("im-1"), false);
    await conferences.put("im-1", participant(BOB)); // too late
    await conferences.open(conference("im-1"));
    equal(people(await (await world.restart()).conferences.list(undefined, 10)), ["im-1:"]);
  });

  caseOf(
    contract,
    `${name}: sessions come in the order of ids, page by page`,
    async ({ stores }) => {
      const { conferences } = stores;
      await Promise.all(["im-3", "im-1", "im-2"].map((id) => conferences.open(conference(id))));
      const ids = async (after: string | undefined, limit: number) =>
        (await conferences.list(after, limit)).map(({ conference: { id } }) => id);
      equal(await ids(undefined, 2), ["im-1", "im-2"]);
      equal(await ids("im-2", 2), ["im-3"]);
      equal(await ids("im-3", 2), []);
    },
  );
}

const ALICE = "sip:alice@parlance.test";
const BOB = "sip:bob@parlance.test";

function conference(id: string, parts: Partial<StoredConference> = {}): StoredConference {
  return {
    id,
    kind: "chat room",
    group: "sip:lobby@parlance.test",
    creator: ALICE,
    subject: undefined,
    locked: false,
    startedAt: 1_900_000_000_000,
    ...parts,
  };
}

function participant(address: string, parts: Partial<StoredParticipant> = {}): StoredParticipant {
  return {
    address,
    uri: address,
    state: "present",
    entity: address,
    anonymous: false,
    alias: undefined,
    groupName: undefined,
    profileName: undefined,
    muted: false,
    recordsAs: undefined,
    ...parts,
  };
}

function people(records: readonly ConferenceRecord[]): readonly string[] {
  return records.map(({ conference: { id }, participants }) =>
    [`${id}:`, ...participants.map((one) => `${one.address} ${one.state} ${one.alias}`)].join(" "),
  );
}
