/** What every BindingStore must hold. */
import type { StoredBinding } from "../bindings.ts";
import { type Contract, caseOf } from "./contract.ts";

export function bindingStoreContract(name: string, contract: Contract): void {
  const { equal } = contract.tools;

  caseOf(contract, `${name}: a binding survives a restart as it was`, async (world) => {
    await world.stores.bindings.change([
      { do: "put", binding: FULL },
      { do: "put", binding: BARE },
    ]);
    const { bindings } = await world.restart();
    equal(await bindings.list(undefined, 10), [FULL, BARE]);
  });

  caseOf(contract, `${name}: a refresh takes the place of the binding`, async ({ stores }) => {
    await stores.bindings.change([{ do: "put", binding: FULL }]);
    const refreshed = { ...FULL, cseq: 8, expiresAt: FULL.expiresAt + 1, flow: undefined };
    await stores.bindings.change([{ do: "put", binding: refreshed }]);
    equal(await stores.bindings.list(undefined, 10), [refreshed]);
  });

  caseOf(contract, `${name}: changes of one call are done in their order`, async ({ stores }) => {
    const second = { ...FULL, id: "z" };
    await stores.bindings.change([
      { do: "put", binding: FULL },
      { do: "put", binding: second },
      { do: "put", binding: BARE },
      { do: "remove", user: FULL.user, id: FULL.id },
      { do: "remove", user: BARE.user, id: FULL.id },
    ]);
    equal(await stores.bindings.list(undefined, 10), [second, BARE]);
    await stores.bindings.change([
      { do: "remove all", user: FULL.user },
      { do: "put", binding: FULL },
    ]);
    equal(await stores.bindings.list(undefined, 10), [FULL, BARE]);
    await stores.bindings.change([]);
    await stores.bindings.change([{ do: "remove all", user: "sip:nobody@parlance.test" }]);
    equal(await stores.bindings.list(undefined, 10), [FULL, BARE]);
  });

  caseOf(contract, `${name}: bindings are listed by user and id, page by page`, async (world) => {
    const { bindings } = world.stores;
    const many = ["b/1", "a/2", "a/1", "c/1", "a/3"].map((key): StoredBinding => {
      const [user = "", id = ""] = key.split("/");
      return { ...BARE, user, id };
    });
    await bindings.change(many.map((binding) => ({ do: "put", binding })));
    const keys = async (after: { user: string; id: string } | undefined) =>
      (await bindings.list(after, 2)).map(({ user, id }) => `${user}/${id}`);
    equal(await keys(undefined), ["a/1", "a/2"]);
    equal(await keys({ user: "a", id: "2" }), ["a/3", "b/1"]);
    equal(await keys({ user: "b", id: "1" }), ["c/1"]);
    equal(await keys({ user: "c", id: "1" }), []);
  });
}

const FULL: StoredBinding = {
  user: "sip:alice@parlance.test",
  id: "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>;1",
  address: "sip:alice@parlance.test",
  contactText: '"Alice" <sip:alice@192.0.2.4:5060;transport=tcp>;+g.oma.sip-im;q=0.7',
  instance: "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>",
  regId: 1,
  path: ["<sip:edge1@192.0.2.9;lr;ob>", "<sip:edge2@192.0.2.10;lr>"],
  flow: "TCP 192.0.2.4 49152 main",
  q: 700,
  callId: "a84b4c76e66710@192.0.2.4",
  cseq: 4_294_967_295,
  userAgent: "IM-client/OMA1.0 Acme/1.0",
  publicGruu: "sip:alice@parlance.test;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  temporaryGruu: "sip:tgruu.7hs@parlance.test;gr",
  registeredAt: 1_900_000_000_000,
  expiresAt: 1_900_003_600_000,
};

const BARE: StoredBinding = {
  user: "sip:bob@parlance.test",
  id: "sip:bob@192.0.2.5",
  address: "sip:bob@parlance.test",
  contactText: "sip:bob@192.0.2.5",
  instance: undefined,
  regId: undefined,
  path: [],
  flow: undefined,
  q: 1000,
  callId: "",
  cseq: 0,
  userAgent: undefined,
  publicGruu: undefined,
  temporaryGruu: undefined,
  registeredAt: 0,
  expiresAt: 1,
};
