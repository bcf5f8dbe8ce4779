import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError } from "@parlance/wire";
import * as fc from "fast-check";
import { explicitPreferences, implicitPreferences } from "./caller-preferences.ts";
import {
  type FeatureValue,
  formatFeatureValues,
  parseFeatureValues,
  valuesMeet,
} from "./feature-value.ts";
import { parseFeatures } from "./features.ts";
import { rankTargets } from "./rank-targets.ts";
import { readDisposition } from "./request-disposition.ts";

type Entries = readonly (readonly [string, string])[];

/** `audio;methods="INVITE,BYE"` as header parameters. */
function entries(text: string): Entries {
  if (text === "") return [];
  return text.split(";").map((param) => {
    const [name = "", value = ""] = param.split(/=(.*)/);
    return [name, value.replaceAll('"', "")];
  });
}

function wanting(accept: readonly string[], reject: readonly string[] = []) {
  return explicitPreferences(accept.map(entries), reject.map(entries));
}

function contact(name: string, features: string, q = 1) {
  return { name, q, features: parseFeatures(entries(features)) };
}

function order(
  targets: readonly ReturnType<typeof contact>[],
  preferences: ReturnType<typeof wanting>,
): string[] {
  return rankTargets(targets, preferences).map(({ target }) => target.name);
}

test("the worked example of RFC 3841 §7.2.5 comes out as printed", () => {
  const targets = [
    contact("u1", 'audio;video;methods="INVITE,BYE"', 0.2),
    contact("u2", 'audio="FALSE";methods="INVITE";actor="msg-taker"', 0.2),
    contact("u3", 'audio;actor="msg-taker";methods="INVITE";video', 0.3),
    contact("u4", 'audio;methods="INVITE,OPTIONS"', 0.2),
    contact("u5", "", 0.5),
  ];
  const ranked = rankTargets(
    targets,
    wanting(
      ["audio;require", "video;explicit", 'methods="BYE";class="business";q=1.0'],
      ['actor="msg-taker";video'],
    ),
  );
  assert.deepEqual(
    ranked.map(({ target, preference }) => [target.name, Number(preference.toFixed(2))]),
    [
      ["u5", 1],
      ["u1", 0.83],
      ["u4", 0.5],
    ],
  );
});

test("a plain preference puts IM devices first and loses nobody, require keeps only willing ones", () => {
  const targets = [
    contact("phone", '+sip.instance="<urn:uuid:1>"'),
    contact("im", "+g.oma.sip-im"),
    contact("not-im", "+g.oma.sip-im=FALSE"),
    contact("plain", ""),
  ];
  assert.deepEqual(order(targets, wanting(["+g.oma.sip-im"])), ["im", "plain", "phone", "not-im"]);
  assert.deepEqual(order(targets, wanting(["+g.oma.sip-im;require"])), ["im", "plain", "phone"]);
  assert.deepEqual(order(targets, wanting(["+G.OMA.SIP-IM;require;explicit"])), ["im", "plain"]);
});

test("q of the callee rules before the preference of the caller (RFC 3841 §7.2.4)", () => {
  const targets = [contact("low", "+g.oma.sip-im", 0.1), contact("high", "audio", 0.9)];
  assert.deepEqual(order(targets, wanting(["+g.oma.sip-im"])), ["high", "low"]);
});

test("implicit preferences narrow down to able devices, or are dropped (RFC 3841 §7.2.2)", () => {
  const targets = [contact("a", 'methods="INVITE,MESSAGE"'), contact("b", 'methods="INVITE"')];
  assert.deepEqual(order(targets, implicitPreferences("MESSAGE")), ["a"]);
  assert.deepEqual(order(targets, implicitPreferences("PUBLISH")), ["a", "b"]);
  const events = [contact("a", 'events="!presence"'), contact("b", 'events="presence"')];
  assert.deepEqual(order(events, implicitPreferences("SUBSCRIBE", "presence")), ["b"]);
});

function meets(a: string, b: string): boolean {
  return valuesMeet(parseFeatureValues(a), parseFeatureValues(b));
}

test("values match by kind: tokens without case, strings with it, numbers by range (RFC 3841 §7.2.4)", () => {
  assert.ok(meets("Fixed", "fixed"));
  assert.ok(!meets("fixed", "mobile"));
  assert.ok(meets("<PC>", "<PC>"));
  assert.ok(!meets("<PC>", "<pc>"));
  assert.ok(!meets("<PC>", "PC"));
  assert.ok(meets("en,de", "fr,de"));
  assert.ok(meets("", "TRUE"));
  assert.ok(!meets("", "FALSE"));
  assert.ok(meets("#>=4", "#4:9"));
  assert.ok(!meets("#>=4.5", "#<=4"));
  assert.ok(meets("#-4:+5.125", "#=5.1"));
  assert.ok(!meets("!#1:5", "#2:3"));
  assert.ok(meets("!#1:5", "#2:6"));
  assert.ok(!meets("!#>=1", "!#<=2"));
  assert.ok(meets("!presence", "!presence"));
  assert.ok(!meets("!presence", "presence"));
  assert.ok(meets("!presence", "#=1"));
  assert.ok(!meets("presence", "#=1"));
});

const token = fc.stringMatching(/^[A-Za-z0-9\-.%*_+`'~]{1,12}$/).map((text) => text.toLowerCase());
const number = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 8);
const value: fc.Arbitrary<FeatureValue> = fc.oneof(
  fc.record(
    { kind: fc.constant("token" as const), token, negated: fc.boolean() },
    { noNullPrototype: true },
  ),
  fc
    .tuple(fc.option(number), fc.option(number), number, fc.boolean())
    .map(([low, high, exact, negated]) => {
      if (low === null && high === null) {
        return { kind: "number" as const, low: exact, high: exact, negated };
      }
      return { kind: "number" as const, low: low ?? -Infinity, high: high ?? Infinity, negated };
    }),
);
const values = fc.oneof(
  fc.array(value, { minLength: 1, maxLength: 8 }),
  fc.stringMatching(/^[ !#-;=?-[\]-~]{0,12}$/).map((text) => [{ kind: "string" as const, text }]),
);

test("feature values survive writing and reading", () => {
  fc.assert(
    fc.property(values, (some) => {
      assert.deepEqual(parseFeatureValues(formatFeatureValues(some) ?? ""), some);
    }),
  );
});

test("matching is symmetric", () => {
  fc.assert(fc.property(values, values, (a, b) => valuesMeet(a, b) === valuesMeet(b, a)));
});

test("any text is read or refused as malformed, nothing else", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        parseFeatureValues(text);
      } catch (error) {
        assert.ok(error instanceof FormatError);
      }
    }),
  );
});

test("repeated tags and flags, endless lists and conflicting directives are malformed", () => {
  const refused = { name: "FormatError" };
  assert.throws(() => parseFeatures(entries("audio;AUDIO=FALSE")), refused);
  assert.throws(() => wanting(["audio;require;require"]), refused);
  assert.throws(() => wanting(Array.from({ length: 33 }, () => "audio")), refused);
  assert.throws(() => parseFeatureValues("a,".repeat(10_000)), refused);
  assert.throws(() => parseFeatureValues(`#=${"9".repeat(400)}`), refused);
  assert.throws(() => readDisposition(["proxy", "redirect"]), refused);
});

test("tags as devices really send them are understood", () => {
  const params = [
    ["+org.linphone.specs", "ephemeral/1.1,groupchat/1.1"],
    ["+sip.instance", "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"],
    ["+g.3gpp.icsi-ref", "urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel"],
    ["methods", "INVITE, ACK, BYE"],
    ["expires", "3600"],
  ] as const;
  const features = parseFeatures(params);
  assert.deepEqual(
    [...features.keys()],
    params.slice(0, 4).map(([name]) => name),
  );
  assert.equal(features.get("methods")?.length, 3);
});

test("directives are read by kind, unknown ones passed over (RFC 3841 §9.1)", () => {
  const disposition = readDisposition(["No-Fork", "sequential", "x-new"]);
  assert.equal(disposition.fork, false);
  assert.equal(disposition.parallel, false);
  assert.equal(disposition.queue, undefined);
});
