/** Phones that know SIP but no IM service, let in by `compat.plainSip`. RFC 3428 §11 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import { bodyText, DOMAIN, type Phone, type PhoneOptions, World } from "./core/world.test.ts";
import { envelope } from "./testing/people.ts";

const at = (name: string): string => `sip:${name}@${DOMAIN}`;

function openToAll(): Promise<World> {
  return World.open({ compat: { plainSip: true } });
}

async function online(world: World, name: string, options: PhoneOptions = {}): Promise<Phone> {
  const phone = world.phone(name, options);
  await phone.register();
  await world.settle();
  return phone;
}

/** A message whose recipients are told of one another. RFC 5364 §4 */
async function sendNaming(world: World, phone: Phone, names: readonly string[]): Promise<void> {
  const entries = names.map((name) => `<entry uri="${at(name)}" cp:copyControl="to"/>`).join("");
  const body = [
    "--b",
    "Content-Type: message/cpim",
    "",
    envelope({ from: phone.address, to: at("conf-factory"), content: "to all" }),
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"' +
      ` xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list>${entries}</list></resource-lists>`,
    "--b--",
  ].join("\r\n");
  const { status } = await phone.message(at("conf-factory"), "", (edit) =>
    edit
      .setText("Require", "recipient-list-message")
      .body(utf8Bytes(body), "multipart/mixed;boundary=b"),
  );
  assert.equal(status, 202);
  await world.clock.pass(1_000);
}

const types = ({ received }: Phone): readonly (string | undefined)[] =>
  received.map((request) => request.text("Content-Type")?.split(";")[0]);

test("RFC 5365 §7.3: who else got a message is told to IM clients only, also of the same user", async () => {
  const world = await openToAll();
  const [alice, bob] = [await online(world, "alice"), await online(world, "bob")];
  const [desk, carol] = [
    await online(world, "bob", { plain: true }),
    await online(world, "carol", { plain: true }),
  ];
  await sendNaming(world, alice, ["bob", "carol"]);
  assert.deepEqual(types(bob), ["multipart/mixed"]);
  for (const phone of [desk, carol]) {
    assert.deepEqual(types(phone), ["message/cpim"]);
    assert.match(bodyText(phone.received[0] ?? assert.fail()), /\r\n\r\nto all$/);
  }
});

test("RFC 5365 §7.3: out of the store a plain phone gets the message alone, once", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  await sendNaming(world, alice, ["bob", "carol"]);
  const desk = await online(world, "bob", { plain: true });
  await world.clock.pass(1_000);
  const carol = await online(world, "carol");
  await world.clock.pass(1_000);
  assert.deepEqual(types(desk), ["message/cpim"]);
  assert.deepEqual(types(carol), ["multipart/mixed"]);
});

test("RFC 3428 §8: the list that a plain phone is spared does not make a message too long for it", async () => {
  const world = await openToAll();
  const alice = await online(world, "alice");
  const many = Array.from({ length: 20 }, (_, number) => `colleague-number-${number}`);
  const desk = await online(world, "bob", { plain: true, transport: "UDP" });
  await sendNaming(world, alice, ["bob", "carol", ...many]);
  assert.deepEqual(types(desk), ["message/cpim"]);
  const late = await online(world, "carol", { plain: true, transport: "UDP" });
  await world.clock.pass(1_000);
  assert.deepEqual(types(late), ["message/cpim"]);
});
