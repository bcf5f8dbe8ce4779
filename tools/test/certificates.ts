/** Certificates that tests make for themselves. */
import { X509Certificate } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generate } from "selfsigned";
import { ownFolder } from "./own-folder.ts";

export interface Identity {
  readonly cert: string;
  readonly key: string;
  /** As a=fingerprint says it. RFC 8122 §5 */
  readonly fingerprint: string;
}

/** Of this name, and of the machine itself. */
export async function makeIdentity(name = "im.example.com"): Promise<Identity> {
  const made = await generate([{ name: "commonName", value: name }], {
    keySize: 2_048,
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: name },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  const { fingerprint256 } = new X509Certificate(made.cert);
  return { cert: made.cert, key: made.private, fingerprint: `sha-256 ${fingerprint256}` };
}

/** For `tls.certificates` of a server; the files go when the test ends. */
export async function certificateFiles(t: { after(done: () => void): void }) {
  const files = writeCertificate(await makeIdentity());
  t.after(() => rmSync(dirname(files.key), { recursive: true, force: true }));
  return files;
}

/** In a folder of its own. */
export function writeCertificate({ cert, key }: Identity) {
  const folder = ownFolder("tls");
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return { certificate: file("chain.pem", cert), key: file("key.pem", key) };
}
