/** Where a node listens, whom it believes, and what passes through it. */
import { z } from "zod";
import { sipUri, text, url } from "./values.ts";

const certificate = z.strictObject({
  certificate: text("PEM file with the chain; its names decide who gets it (SNI)."),
  key: text("PEM file with the private key."),
});

const trustedPeer = z.strictObject({
  name: text("How logs and the trace call the peer."),
  addresses: z
    .array(z.string())
    .default([])
    .describe("IP addresses, believed over TCP and TLS only."),
  tlsNames: z.array(z.string()).default([]).describe("Names in its verified client certificate."),
});

export const listen = z
  .strictObject({
    sip: z
      .array(url("udp|tcp|tls"))
      .default(["udp://127.0.0.1:5060", "tcp://127.0.0.1:5060"])
      .describe("SIP listeners: udp://, tcp:// or tls://ADDRESS:PORT. Port 0 takes a free one."),
    trusted: z
      .array(url("tcp|tls"))
      .default([])
      .describe("SIP listeners (tcp://, tls://) for trusted peers alone."),
    msrp: z
      .array(url("tcp|tls"))
      .default(["tcp://127.0.0.1:2855"])
      .describe("MSRP listeners: tcp:// or tls://ADDRESS:PORT. Port 0 takes a free one."),
    http: url("http|https")
      .nullable()
      .default("http://127.0.0.1:8080")
      .describe(
        "Public HTTP listener: SIP over WebSocket under /sip, MSRP over WebSocket under /msrp. null turns it off.",
      ),
    admin: url("http|https")
      .nullable()
      .default("http://127.0.0.1:8081")
      .describe("Operator's HTTP listener: /metrics, /healthz, /readyz, /api. null turns it off."),
  })
  .prefault({});

export const core = z
  .strictObject({
    mode: z
      .enum(["standalone", "as"])
      .default("standalone")
      .describe(
        "standalone: the node is registrar and proxy itself. as: it is an application server behind a SIP/IP core (IMS), which registers and routes; docs/ims.md.",
      ),
    trustedPeers: z
      .array(trustedPeer)
      .default([])
      .describe(
        "Believed when they assert identities. as: the elements of the core, and nobody else is heard.",
      ),
    next: sipUri
      .optional()
      .describe(
        "as: where requests of the node's own go: sip:HOST:PORT;transport=tcp of an S-CSCF, or of whatever else triggers.",
      ),
    names: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "as: host names by which the core knows this node, beside the addresses it listens on.",
      ),
    contact: sipUri
      .optional()
      .describe(
        "as: sip:HOST:PORT;transport=tcp by which the core reaches this node. With it, the node asks after a restart (SUBSCRIBE, Event: reg) where the users are for whom messages wait.",
      ),
    destinations: z
      .array(z.string())
      .default([])
      .describe(
        "Address ranges (CIDR) inside this machine or link that connections may go to; loopback is one while all of listen.sip is.",
      ),
  })
  .prefault({})
  .describe("The part that registers, authenticates and routes.");

export const auth = z
  .strictObject({
    md5Compat: z
      .boolean()
      .default(true)
      .describe("Offer MD5 after SHA-256 to clients that know no better."),
  })
  .prefault({})
  .describe("Digest authentication.");

export const compat = z
  .strictObject({
    plainSip: z
      .boolean()
      .default(false)
      .describe("Let in SIP phones that do not send the IM feature tag."),
    pagerInterworking: z
      .boolean()
      .nullable()
      .default(null)
      .describe(
        "Who begins a session with a phone that holds none writes pager messages to it. Null: as `compat.plainSip`.",
      ),
  })
  .prefault({})
  .describe("Concessions to clients that do not follow OMA SIMPLE IM.");

export const media = z
  .strictObject({
    anchor: z
      .enum(["always", "auto", "never"])
      .default("always")
      .describe(
        "Do one-to-one sessions pass through the node? auto: where one side is a browser or behind address translation.",
      ),
    host: text(
      "Address or name that devices use to reach the MSRP listeners, where it is another than theirs.",
    ).optional(),
  })
  .prefault({})
  .describe("The MSRP user plane.");

export const relay = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe(
        "Relay MSRP for users that cannot be reached (RFC 4976). It connects to where they say.",
      ),
    plain: z.boolean().default(false).describe("Let them log in at the relay without TLS as well."),
  })
  .prefault({})
  .describe("The MSRP relay.");

export const tls = z
  .strictObject({
    certificates: z
      .array(certificate)
      .default([])
      .describe("For tls:// and https:// listeners; read again when they change."),
    authorities: z
      .array(z.string())
      .default([])
      .describe("PEM files of the authorities of peers; none: those of the system."),
  })
  .prefault({})
  .describe("Certificates.");

export const web = z
  .strictObject({
    origins: z
      .array(z.string())
      .default([])
      .describe(
        "Web origins that may open a WebSocket, and ask for files, documents and tokens, besides the listener's own.",
      ),
    readyAccounts: z
      .array(z.string())
      .max(2)
      .default([])
      .describe(
        "Two accounts that the messenger offers to everybody on this machine, to be tried side by side without a password, as the local service of `npm start` does. Not offered unless listen.http is http://127.0.0.1 or another address of this machine alone.",
      ),
  })
  .prefault({})
  .describe("Browsers.");
