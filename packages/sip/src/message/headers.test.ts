import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError } from "@parlance/wire";
import * as fc from "fast-check";
import type { HeaderType } from "./index.ts";
import * as sip from "./index.ts";

function rewritten<T>(type: HeaderType<T>, text: string): string {
  return type.write(type.read(text)).join("\n");
}

function refuses<T>(type: HeaderType<T>, ...texts: readonly string[]): void {
  for (const text of texts)
    assert.throws(() => type.read(text), FormatError, `${type.name}: ${text}`);
}

test("Via: white space, IPv6, valueless rport, several on a line (RFC 3261 §20.42, RFC 5118 §4.5)", () => {
  const vias = sip.Via.read(
    "SIP / 2.0 / UDP first.example.com: 4000;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1,SIP/2.0/TCP [2001:db8::9:1];rport;received=[2001:db8::9:255];alias;i=3",
  );
  assert.equal(vias.length, 2);
  assert.deepEqual(
    [vias[0]?.host, vias[0]?.port, vias[0]?.params.get("ttl")],
    ["first.example.com", 4000, "16"],
  );
  assert.deepEqual(
    [vias[1]?.transport, vias[1]?.host, vias[1]?.params.get("rport")],
    ["TCP", "[2001:db8::9:1]", ""],
  );
  assert.equal(vias[1]?.params.get("received"), "[2001:db8::9:255]");
  refuses(
    sip.Via,
    "",
    "SIP/2.0/UDP",
    "SIP/2.0/UDP ;branch=x",
    "SIP/2.0 host",
    "SIP/2.0/UDP a:99999",
    "SIP/2.0/UDP a;;,;,,",
  );
});

test("From and To: with and without brackets, names of tokens and quoted ones (RFC 3261 §20.20)", () => {
  assert.equal(sip.From.read("sip:a@b.test;tag=1").params.get("tag"), "1");
  assert.equal(sip.From.read("Anna Maria <sip:a@b.test>").name, "Anna Maria");
  assert.equal(sip.From.read("caller<sip:a@b.test>").name, "caller");
  assert.equal(sip.From.read('"a \\"b\\" \\\\"  <sip:a@b.test>').name, 'a "b" \\');
  assert.equal(sip.From.read("Иван <sip:a@b.test>").name, "Иван");
  assert.equal(
    rewritten(sip.From, 'A <sip:a@b.test;x>;epid=1;tag="q"'),
    '"A" <sip:a@b.test;x>;epid=1;tag="q"',
  );
  refuses(
    sip.From,
    "",
    "<>",
    '"a <sip:a@b.test>',
    "Bell, A <sip:a@b.test>",
    "<sip:a@b.test",
    "<sip:a@b.test>;tag=",
    "<sip:a@b.test>;tag=1;tag=2",
    "<sip:a@b.test> x",
    '"a" sip:a@b.test',
    "sip:a@b.test?x=y",
    "<sip:a@b.test>, <sip:c@d.test>",
  );
});

test("Contact: a star alone, or addresses with expires and q in range (RFC 3261 §20.10)", () => {
  assert.deepEqual(sip.Contact.read("*"), { star: true });
  const contacts = sip.Contact.read(
    '<sip:a@b.test>;expires=60;q=0.7;+sip.instance="<urn:uuid:1>", "Mr." <mailto:a@b.test>',
  );
  assert.ok(!("star" in contacts));
  assert.equal(contacts.length, 2);
  assert.equal(contacts[0]?.params.get("+SIP.instance"), "<urn:uuid:1>");
  assert.equal(
    sip.Contact.write(contacts)[0],
    '<sip:a@b.test>;expires=60;q=0.7;+sip.instance="<urn:uuid:1>", "Mr." <mailto:a@b.test>',
  );
  refuses(
    sip.Contact,
    "*, <sip:a@b.test>",
    "<sip:a@b.test>;q=2",
    "<sip:a@b.test>;expires=-1",
    "<sip:a@b.test>;expires=99999999999",
  );
  assert.throws(() => sip.Contact.merge([{ star: true }, contacts]), FormatError);
});

test("numbers are one to ten digits within their range", () => {
  assert.equal(sip.MaxForwards.read("0068"), 68);
  assert.deepEqual(sip.CSeq.read("0009\t INVITE"), { number: 9, method: "INVITE" });
  assert.equal(sip.CSeq.read("2147483647 ACK").number, 2 ** 31 - 1); // RFC 3261 §8.1.1.5
  refuses(sip.CSeq, "2147483648 ACK", "1", "-1 ACK", "1 ", "x ACK", "1 A B", "1e3 ACK");
  refuses(sip.MaxForwards, "256", "-1", "1.5", "", "0x10", "١");
  refuses(sip.Expires, "4294967296", "11111111111", "1 2");
});

test("lists of tokens may be empty, and every value of a list is kept", () => {
  assert.deepEqual(sip.Supported.read(""), []);
  assert.deepEqual(sip.Require.read("a , b,c"), ["a", "b", "c"]);
  assert.deepEqual(sip.Privacy.read("ID; critical"), ["id", "critical"]);
  refuses(sip.Require, "a b", "a,,b", "<a>");
});

test("Date is in GMT and exists (RFC 3261 §20.17)", () => {
  const text = "Sat, 13 Nov 2010 23:29:00 GMT";
  assert.equal(sip.DateHeader.read(text), Date.UTC(2010, 10, 13, 23, 29));
  assert.equal(rewritten(sip.DateHeader, text), text);
  refuses(
    sip.DateHeader,
    "Fri, 01 Jan 2010 16:00:00 EST",
    "Sat, 31 Feb 2009 00:00:00 GMT",
    "Sat, 13 Nov 2010 24:00:00 GMT",
    "now",
  );
});

test("values with a structure of their own are read and written alike", () => {
  assert.equal(
    rewritten(sip.RetryAfter, "18000 (in (a) meeting);duration=3600"),
    "18000 (in \\(a\\) meeting);duration=3600",
  );
  assert.equal(
    rewritten(sip.Warning, '307 isi.edu "Session parameter \'foo\' not \\"known\\"", 399 x "y"'),
    '307 isi.edu "Session parameter \'foo\' not \\"known\\"", 399 x "y"',
  );
  assert.equal(rewritten(sip.Event, "conference;id=1"), "conference;id=1");
  assert.equal(rewritten(sip.SubscriptionState, "active;expires=60"), "active;expires=60");
  assert.equal(rewritten(sip.SessionExpires, "1800;refresher=uac"), "1800;refresher=uac");
  assert.equal(rewritten(sip.Replaces, "a@b;to-tag=1;from-tag=2"), "a@b;to-tag=1;from-tag=2");
  assert.equal(rewritten(sip.RAck, "776656 1 INVITE"), "776656 1 INVITE");
  assert.equal(rewritten(sip.ReferSub, "false"), "false");
  assert.equal(rewritten(sip.Reason, 'SIP;cause=200;text="ok"'), 'SIP;cause=200;text="ok"');
  assert.equal(
    rewritten(sip.AcceptContact, "*;+g.oma.sip-im;explicit"),
    "*;+g.oma.sip-im;explicit",
  );
  assert.equal(
    rewritten(sip.ContentType, 'multipart/mixed;boundary="a b"'),
    'multipart/mixed;boundary="a b"',
  );
  assert.equal(sip.ContentType.read("Message/CPIM").type, "message/cpim");
  assert.equal(rewritten(sip.Accept, "text/*;q=0.5, */*"), "text/*;q=0.5, */*");
});

test("Digest: two spaces, quoted and bare values, commas (RFC 3261 §20.7)", () => {
  const [credentials] = sip.Authorization.read(
    'Digest realm="example.test", nonce="a,b", username="alice",  uri="sip:example.test", nc=00000001, qop=auth',
  );
  assert.equal(credentials?.scheme, "Digest");
  assert.equal(credentials?.params.get("nonce"), "a,b");
  assert.equal(credentials?.params.get("nc"), "00000001");
  const challenge = {
    scheme: "Digest",
    params: sip.Params.none.withQuoted("realm", 'a"b').with("algorithm", "MD5"),
  };
  assert.deepEqual(
    sip.WwwAuthenticate.write([challenge, challenge]),
    Array.from({ length: 2 }, () => 'Digest realm="a\\"b", algorithm=MD5'),
  );
  refuses(sip.Authorization, "Digest", 'Digest realm="a", realm="b"', "Digest realm=");
});

test("any name and parameter survive writing and reading", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 });
  fc.assert(
    fc.property(text, text, (name, value) => {
      const from = {
        name,
        uri: sip.sipUri("a", "b.test"),
        params: sip.Params.none.withQuoted("x", value).with("tag", "1"),
      };
      const again = sip.From.read(sip.From.write(from)[0] ?? "");
      assert.deepEqual(
        [again.name, again.params.get("x"), again.params.get("tag")],
        [name, value, "1"],
      );
    }),
  );
});
