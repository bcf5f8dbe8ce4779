/** The files that `tls` names: what is wrong with them is told by the keys of the configuration, all at once. */
import { readFileSync } from "node:fs";
import { Certificates, type StructuredLog } from "@parlance/node";
import { ConfigurationError } from "../config/load.ts";
import type { Configuration } from "../config/schema.ts";
import { explainFileFault } from "../files/file-fault.ts";
import type { Parts } from "./parts.ts";

/** Throws ConfigurationError when one cannot be read, or a key is not that of its certificate. */
export function checkTlsFiles({ tls }: Configuration): void {
  const authorities = tls.authorities.flatMap((file, at) => faultOf(`tls.authorities.${at}`, file));
  const certificates = tls.certificates.flatMap(({ certificate, key }, at) => {
    const path = `tls.certificates.${at}`;
    const unread = [...faultOf(`${path}.certificate`, certificate), ...faultOf(`${path}.key`, key)];
    return unread.length > 0 ? unread : faultOfPair(path, { certFile: certificate, keyFile: key });
  });
  const faults = [...certificates, ...authorities];
  if (faults.length > 0) throw new ConfigurationError(faults.join("\n"));
}

/** Undefined when there are none. */
export function openCertificates(
  { tls }: Configuration,
  log: StructuredLog,
  parts: Parts,
): Certificates | undefined {
  if (tls.certificates.length === 0) return undefined;
  const certificates = new Certificates({
    files: tls.certificates.map(({ certificate, key }) => ({
      certFile: certificate,
      keyFile: key,
    })),
    reloaded(error) {
      if (error === undefined) log.info("certificates read again");
      else log.warn("certificates not read again", { reason: error.message });
    },
  });
  certificates.watch();
  parts.add(() => certificates.close());
  return certificates;
}

/** PEM. */
export function readAuthorities({ tls }: Configuration): readonly string[] {
  return tls.authorities.map((file) => readFileSync(file, "utf8"));
}

function faultOf(key: string, file: string): readonly string[] {
  try {
    readFileSync(file);
    return [];
  } catch (error) {
    return [`${key}: ${explainFileFault(error, file, "read")}`];
  }
}

function faultOfPair(
  key: string,
  files: { readonly certFile: string; readonly keyFile: string },
): readonly string[] {
  try {
    new Certificates({ files: [files] }).close();
    return [];
  } catch (error) {
    return [`${key}: ${error instanceof Error ? error.message : String(error)}`];
  }
}
