/** Why a user is not reached: told to whoever traces, with its rule and clause, and to nobody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatImSettings, IM_SETTINGS_TYPE } from "@parlance/formats";
import { formatMessage, type SipResponse } from "@parlance/sip";
import { octetText } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import { DOMAIN, type Phone, World } from "./core/world.test.ts";
import { two } from "./session-world.test.ts";
import { Keeper } from "./testing/keeper.test.ts";
import { outlineOf } from "./trace/index.ts";

const EVERYBODY: Partial<ServerConfig> = { trace: { everybody: true } };
const REJECT = "<actions><x:allow-reject-invite>true</x:allow-reject-invite></actions>";
const ALICE = `<identity><one id="sip:alice@${DOMAIN}"/></identity>`;

async function pair(config: Partial<ServerConfig> = {}) {
  const world = await World.open({ ...EVERYBODY, ...config });
  const [alice, bob] = [world.phone("alice"), world.phone("bob")];
  for (const phone of [alice, bob]) await phone.register();
  return { world, alice, bob, keeper: new Keeper(world, "bob") };
}

/** What was decided in words, with its clause, about what is kept or refused. */
function grounds({ server }: World): readonly (readonly [string, string | undefined])[] {
  const outlines = Array.from(server.trace.ring.records(), outlineOf);
  return outlines
    .filter(({ record, title }) => {
      return record.protocol === "decision" && /: (?:refuses|keeps it|\d{3}) /.test(title);
    })
    .map(({ title, clause }) => [title, clause] as const)
    .filter(([title]) => !title.startsWith("guard"));
}

function publish(phone: Phone, visible: boolean, barred: "messages" | "sessions" | undefined) {
  const barring = {
    sessions: barred === "sessions",
    messages: barred === "messages",
    files: undefined,
  };
  const entity = { id: "client-1", visible, offlineDelivery: undefined, barring };
  const history = { sessions: undefined, messages: undefined };
  return phone.request("PUBLISH", phone.address, (edit) =>
    edit
      .setText("Event", "poc-settings")
      .setText("Expires", "600000")
      .setText("Accept-Contact", "*;+g.oma.sip-im")
      .body(formatImSettings({ entities: [{ ...entity, history }] }), IM_SETTINGS_TYPE),
  );
}

/** An answer without what is another in each. */
function shown(response: SipResponse): readonly string[] {
  const varies = /^(?:Via|From|To|Call-ID|CSeq):/;
  const [start = "", ...lines] = octetText(formatMessage(response)).split("\r\n");
  return [start, ...lines.filter((line) => !varies.test(line))];
}

test("who is on a block list is refused by it, which the trace says and the answer does not (OMA IM 16.2)", async () => {
  const { world, alice, bob, keeper } = await pair();
  await keeper.rules(`<conditions>${ALICE}</conditions>${REJECT}`);
  const blocked = await alice.message(bob.address, "hi");
  const why = `sip:alice@${DOMAIN} is on the block list of sip:bob@${DOMAIN}: rule "r0"`;
  assert.deepEqual(grounds(world), [
    [`terminating function: refuses: 403 access denied: ${why}`, "OMA IM 16.2"],
    [`refused: 403 access denied: ${why}`, "OMA IM 16.2"],
  ]);
  await keeper.rules(
    `<conditions><o:other-identity/></conditions>${REJECT}`, // whoever it is
  );
  const others = await alice.message(bob.address, "hi");
  assert.match(grounds(world).at(-1)?.[0] ?? "", /rule "r0" of sip:bob@\S+ refuses sip:alice@/);
  assert.deepEqual(shown(blocked), shown(others));
  assert.doesNotMatch(shown(blocked).join("\n"), /Warning|block|rule|r0/);
});

test("where no rule speaks of him, the trace names the key of the configuration that refuses", async () => {
  const { world, alice, bob } = await pair({ access: { invite: "refuse" } });
  await alice.message(bob.address, "hi");
  assert.match(grounds(world).at(-1)?.[0] ?? "", /no rule of sip:bob@\S+ lets it in, and access/);
});

test("IM-5.2.4-08c: that a user is invisible stands in the trace, and he is away to whoever writes", async () => {
  const { world, alice, bob } = await pair();
  await publish(bob, false, undefined);
  const invisible = await alice.message(bob.address, "one");
  assert.deepEqual(grounds(world), [
    [
      `terminating function: keeps it until the user is there: sip:bob@${DOMAIN} is invisible`,
      "IM-5.2.4-08c",
    ],
  ]);
  const away = await alice.message(`sip:carol@${DOMAIN}`, "two");
  assert.match(grounds(world).at(-1)?.[0] ?? "", /sip:carol@\S+ has no device here that takes it$/);
  assert.deepEqual(shown(invisible), shown(away));
});

test("IM-5.2.4-08b: what a user bars is named with its setting", async () => {
  const { world, alice, bob } = await pair();
  await publish(bob, true, "messages");
  await alice.message(bob.address, "one");
  assert.deepEqual(grounds(world)[0], [
    `terminating function: refuses: 480 barred: sip:bob@${DOMAIN} bars messages`,
    "IM-5.2.4-08b",
  ]);
});

test("IM-5.2.4-08c: a session to an invisible user is refused with the same grounds", async () => {
  const { alice, world, settle } = await two(EVERYBODY);
  await publish(world.phone("bob"), false, undefined);
  alice.invite(`sip:bob@${DOMAIN}`);
  await settle();
  const why = `sip:bob@${DOMAIN} is invisible`;
  assert.deepEqual(grounds(world).slice(-2), [
    [`terminating function: refuses: 480 unreachable: ${why}`, "IM-5.2.4-08c"],
    [`refused: 480 unreachable: ${why}`, "IM-5.2.4-08c"],
  ]);
});
