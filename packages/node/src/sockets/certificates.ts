/** Our certificates, chosen by the name that the peer asks for, and read again when they change. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { dirname } from "node:path";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { TLS_PROFILE } from "./tls-identity.ts";

export interface CertificateFiles {
  /** PEM, the whole chain, our own certificate first. */
  readonly certFile: string;
  readonly keyFile: string;
}

interface Loaded {
  readonly names: readonly string[];
  readonly options: { readonly cert: Buffer; readonly key: Buffer };
}

interface ServerOptions extends SecureContextOptions {
  readonly SNICallback: (
    name: string,
    done: (error: Error | null, context?: SecureContext) => void,
  ) => void;
}

export interface CertificateOptions {
  /** The first one is shown to peers that name nobody, or somebody else. */
  readonly files: readonly CertificateFiles[];
  /** Read again, or why not; the old ones stay in use then. */
  readonly reloaded?: (error: Error | undefined) => void;
}

/** Renewal tools write several files, one after the other. */
const SETTLE_MS = 200;

export class Certificates {
  readonly #options: CertificateOptions;
  readonly #listeners = new Set<() => void>();
  readonly #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | undefined;
  #loaded: readonly Loaded[];
  #first: Loaded;
  /** What was told of files that could not be used; nothing while they can. */
  #fault = "";

  /** Throws when a file is missing or a key does not fit its certificate. */
  constructor(options: CertificateOptions) {
    this.#options = options;
    this.#loaded = options.files.map(load);
    this.#first = first(this.#loaded);
  }

  /**
   * What a TLS server is made with. `ca` are the authorities of the clients that it asks for a
   * certificate. After a reload `fallback` has to be set anew.
   */
  serverOptions(ca?: readonly string[]): ServerOptions {
    const contexts = new WeakMap<Loaded, SecureContext>();
    const contextOf = (loaded: Loaded): SecureContext => {
      const known = contexts.get(loaded) ?? createSecureContext(contextOptions(loaded, ca));
      contexts.set(loaded, known);
      return known;
    };
    return {
      ...this.fallback(ca),
      SNICallback: (name, done) => done(null, contextOf(this.#find(name))),
    };
  }

  /** The certificate for peers that name nobody; also our own towards peers that want one. */
  fallback(ca?: readonly string[]): SecureContextOptions {
    return contextOptions(this.#first, ca);
  }

  /** Calls back after each reload, until the returned function is called. */
  onReload(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads the files again. A set that does not fit together is left alone: it is half written. What
   * is as it was is not told: another file of their folder may be the log that tells of it.
   */
  reload(): void {
    try {
      const read = this.#options.files.map(load);
      if (this.#fault === "" && read.every((one, at) => sameFiles(one, this.#loaded[at]))) return;
      this.#loaded = read;
      this.#first = first(read);
      this.#fault = "";
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      if (message === this.#fault) return;
      this.#fault = message;
      this.#options.reloaded?.(new Error(message, { cause: error }));
      return;
    }
    for (const listener of this.#listeners) listener();
    this.#options.reloaded?.(undefined);
  }

  /** Reloads whenever something changes in the folders of the files. */
  watch(): void {
    const files = this.#options.files.flatMap(({ certFile, keyFile }) => [certFile, keyFile]);
    for (const folder of new Set(files.map((file) => dirname(file)))) {
      // The folder, not the file: a renewed certificate is a new file, or a link that points elsewhere.
      const watcher = watch(folder, () => this.#settle());
      watcher.on("error", (error) => this.#options.reloaded?.(error));
      watcher.unref();
      this.#watchers.push(watcher);
    }
  }

  close(): void {
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers.splice(0)) watcher.close();
  }

  #settle(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.reload(), SETTLE_MS);
    this.#settling.unref();
  }

  #find(serverName: string): Loaded {
    const name = serverName.toLowerCase();
    const [, ...parents] = name.split(".");
    const wildcard = `*.${parents.join(".")}`; // browsers accept it, RFC 6125 §6.4.3
    const withName = (wanted: string) => this.#loaded.find(({ names }) => names.includes(wanted));
    return withName(name) ?? withName(wildcard) ?? this.#first;
  }
}

function load({ certFile, keyFile }: CertificateFiles): Loaded {
  const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)];
  const certificate = new X509Certificate(cert);
  if (!certificate.checkPrivateKey(createPrivateKey(key))) {
    throw new Error(`${keyFile} is not the key of ${certFile}`);
  }
  return { names: dnsNames(certificate.subjectAltName), options: { cert, key } };
}

function sameFiles({ options: { cert, key } }: Loaded, old: Loaded | undefined): boolean {
  return old !== undefined && cert.equals(old.options.cert) && key.equals(old.options.key);
}

function first(loaded: readonly Loaded[]): Loaded {
  const [one] = loaded;
  if (one === undefined) throw new RangeError("TLS needs a certificate");
  return one;
}

function contextOptions(
  { options }: Loaded,
  ca: readonly string[] | undefined,
): SecureContextOptions {
  return { ...TLS_PROFILE, ...options, ...(ca === undefined ? {} : { ca: [...ca] }) };
}

function dnsNames(subjectAltName: string | undefined): readonly string[] {
  const names = (subjectAltName ?? "").split(", ");
  return names.flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4).toLowerCase()] : []));
}
