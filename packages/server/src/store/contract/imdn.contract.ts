/** What every ImdnStore must hold. */
import type { DispositionReport, SentMessage } from "../imdn.ts";
import { bytesOf, type Contract, caseOf } from "./contract.ts";

export function imdnStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a message and its reports survive a restart`, async (world) => {
    equal(await world.stores.imdn.open(SENT), "opened");
    equal(await world.stores.imdn.report("m1", ALICE, report(BOB)), "recorded");
    const { imdn } = await world.restart();
    equal(await imdn.find("m1", ALICE), { message: SENT, reports: [report(BOB)], delivered: 1 });
    equal(await imdn.find("m1", BOB), undefined);
  });

  caseOf(contract, `${name}: each recipient reports once of a kind`, async ({ stores }) => {
    await stores.imdn.open(SENT);
    equal(await stores.imdn.open({ ...SENT, context: "other" }), "known");
    equal(await stores.imdn.open({ ...SENT, author: BOB }), "opened");
    equal(await stores.imdn.report("m1", ALICE, report(BOB)), "recorded");
    equal(await stores.imdn.report("m1", ALICE, report(BOB, { status: "failed" })), "duplicate");
    equal(await stores.imdn.report("m1", ALICE, report(BOB, { kind: "display" })), "recorded");
    equal(await stores.imdn.report("m1", ALICE, report("sip:eve@parlance.test")), "unknown");
    equal(await stores.imdn.report("m2", ALICE, report(BOB)), "unknown");
    const found = await stores.imdn.find("m1", ALICE);
    equal(found?.message, SENT);
    equal(found?.reports, [report(BOB), report(BOB, { kind: "display" })]);
    equal(found?.delivered, 1);
  });

  caseOf(contract, `${name}: one device's success corrects another's failure`, async (world) => {
    const { imdn } = world.stores;
    const failed = report(BOB, { status: "failed", bytes: bytesOf(10, 1) });
    await imdn.open(SENT);
    equal(await imdn.report("m1", ALICE, failed), "recorded");
    equal(await imdn.report("m1", ALICE, report(CAROL)), "recorded");
    equal(await imdn.report("m1", ALICE, report(BOB, { status: "error" })), "duplicate");
    equal(await imdn.report("m1", ALICE, report(BOB)), "corrected");
    equal(await imdn.report("m1", ALICE, report(BOB)), "duplicate");
    equal(await imdn.report("m1", ALICE, failed), "duplicate");
    // An aggregate that left before is no reason to forget what came after it.
    await imdn.passedOn("m1", ALICE, [failed], 900);
    const message = { ...SENT, deadline: 900 };
    const reports = [report(BOB), report(CAROL)];
    equal(await imdn.find("m1", ALICE), { message, reports, delivered: 2 });
    await imdn.passedOn("m1", ALICE, [report(BOB)], 900);
    const again = (await world.restart()).imdn;
    equal(await again.find("m1", ALICE), { message, reports: [report(CAROL)], delivered: 2 });
    equal(await again.report("m1", ALICE, report(BOB)), "duplicate");
  });

  caseOf(
    contract,
    `${name}: a success that comes after its failure was passed on is handed out`,
    async ({ stores: { imdn } }) => {
      await imdn.open(SENT);
      const forbidden = report(BOB, { kind: "display", status: "forbidden" });
      const displayed = report(BOB, { kind: "display", status: "displayed" });
      await imdn.report("m1", ALICE, forbidden);
      await imdn.passedOn("m1", ALICE, [forbidden], SENT.deadline);
      equal(await imdn.report("m1", ALICE, displayed), "corrected");
      equal((await imdn.find("m1", ALICE))?.reports, [displayed]);
    },
  );

  caseOf(
    contract,
    `${name}: what waits after all corrects that somebody was asked, and not the other way round`,
    async ({ stores: { imdn } }) => {
      await imdn.open(SENT);
      const asked = report(BOB, { kind: "processing", status: "processed" });
      const stored = report(BOB, { kind: "processing", status: "stored" });
      await imdn.report("m1", ALICE, asked);
      await imdn.passedOn("m1", ALICE, [asked], SENT.deadline);
      equal(await imdn.report("m1", ALICE, stored), "corrected");
      equal(await imdn.report("m1", ALICE, asked), "duplicate");
      equal((await imdn.find("m1", ALICE))?.reports, [stored]);
    },
  );

  caseOf(contract, `${name}: what was passed on is not handed out again`, async (world) => {
    const { imdn } = world.stores;
    await imdn.open(SENT);
    await imdn.report("m1", ALICE, report(BOB));
    await imdn.report("m1", ALICE, report(CAROL));
    await imdn.passedOn("m1", ALICE, [report(BOB)], 900);
    const again = (await world.restart()).imdn;
    const message = { ...SENT, deadline: 900 };
    equal(await again.find("m1", ALICE), { message, reports: [report(CAROL)], delivered: 2 });
    equal(await again.report("m1", ALICE, report(BOB)), "duplicate");
    equal(await again.due(899, 5), []);
    equal(await again.due(900, 5), [{ message, reports: [report(CAROL)], delivered: 2 }]);
  });

  caseOf(contract, `${name}: what is due comes earliest deadline first`, async ({ stores }) => {
    for (const [messageId, deadline] of [
      ["a", 30],
      ["b", 10],
      ["c", 20],
    ] as const)
      await stores.imdn.open({ ...SENT, messageId, deadline });
    const due = async (now: number, limit: number) =>
      (await stores.imdn.due(now, limit)).map(({ message }) => message.messageId);
    equal(await due(9, 5), []);
    equal(await due(30, 2), ["b", "c"]);
    await stores.imdn.close("b", ALICE);
    equal(await due(30, 5), ["c", "a"]);
  });

  caseOf(contract, `${name}: an old message is forgotten with its reports`, async ({ stores }) => {
    const { imdn } = stores;
    await imdn.open(SENT);
    await imdn.report("m1", ALICE, report(BOB));
    await imdn.open({ ...SENT, messageId: "m2", expiresAt: SENT.expiresAt + 1 });
    equal(await imdn.expire(SENT.expiresAt - 1, 5), 0);
    equal(await imdn.expire(SENT.expiresAt, 5), 1);
    equal(await imdn.find("m1", ALICE), undefined);
    equal(await imdn.open(SENT), "opened");
    equal((await imdn.find("m1", ALICE))?.reports, []);
  });

  caseOf(
    contract,
    `${name}: what an author expected goes with him, and nobody else's`,
    async (world) => {
      const { imdn } = world.stores;
      const hidden = "sip:x1@anonymous.invalid";
      await imdn.open(SENT);
      await imdn.report("m1", ALICE, report(BOB));
      await imdn.open({ ...SENT, messageId: "m2" });
      await imdn.open({ ...SENT, messageId: "m3", author: hidden, context: ALICE });
      await imdn.open({ ...SENT, author: BOB, recipients: [ALICE] });
      equal(await imdn.removeOf(ALICE, 2), 2);
      equal(await imdn.removeOf(ALICE, 2), 1);
      equal(await imdn.removeOf(ALICE, 2), 0);
      const left = (await world.restart()).imdn;
      for (const id of ["m1", "m2"]) equal(await left.find(id, ALICE), undefined);
      equal(await left.find("m3", hidden), undefined);
      equal((await left.find("m1", BOB))?.message.recipients, [ALICE]);
      equal(await left.open(SENT), "opened");
      equal((await left.find("m1", ALICE))?.reports, []);
    },
  );

  caseOf(contract, `${name}: nothing is expected of a recipient who is gone`, async (world) => {
    const { imdn } = world.stores;
    await imdn.open(SENT);
    await imdn.report("m1", ALICE, report(BOB));
    await imdn.report("m1", ALICE, report(CAROL));
    await imdn.open({ ...SENT, messageId: "m2", recipients: [BOB] });
    await imdn.open({ ...SENT, messageId: "m3", recipients: [CAROL] });
    equal(await imdn.forgetRecipient(BOB, 1), 1);
    equal(await imdn.forgetRecipient(BOB, 5), 1);
    equal(await imdn.forgetRecipient(BOB, 5), 0);
    const left = (await world.restart()).imdn;
    const message = { ...SENT, recipients: [CAROL] };
    equal(await left.find("m1", ALICE), { message, reports: [report(CAROL)], delivered: 1 });
    equal(await left.find("m2", ALICE), undefined);
    equal((await left.find("m3", ALICE))?.message.recipients, [CAROL]);
    equal(await left.report("m1", ALICE, report(BOB)), "unknown");
  });
}

const ALICE = "sip:alice@parlance.test";
const BOB = "sip:bob@parlance.test";
const CAROL = "sip:carol@parlance.test";

const SENT: SentMessage = {
  messageId: "m1",
  author: ALICE,
  recipients: [BOB, CAROL],
  context: '{"group":"sip:team@parlance.test"}',
  sentAt: 100,
  deadline: 500,
  expiresAt: 10_000,
};

function report(recipient: string, parts: Partial<DispositionReport> = {}): DispositionReport {
  return {
    recipient,
    kind: "delivery",
    status: "delivered",
    receivedAt: 200,
    bytes: bytesOf(30, 9),
    ...parts,
  };
}
