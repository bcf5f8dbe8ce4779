/**
 * Where this browser keeps the octets of files: of each account in a folder of its own, under the hash of what they are
 * called, never under a name of others.
 */

export interface VaultWriter {
  write(piece: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Nothing is kept. */
  abort(): Promise<void>;
}

const FOLDER = "parlance files";

/** Names a file for good. */
export async function vaultName(...parts: readonly string[]): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.join("\0")));
  return Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, "0")).join(
    "",
  );
}

export async function writeToVault(account: string, name: string): Promise<VaultWriter> {
  const folder = await folderOf(account);
  const handle = await folder.getFileHandle(name, { create: true });
  const stream = await handle.createWritable();
  return {
    write: (piece) => stream.write(new Uint8Array(piece)),
    close: () => stream.close(),
    async abort() {
      await stream.abort();
      await folder.removeEntry(name).catch(() => {}); // it may not be there yet
    },
  };
}

/** Undefined when it is not there any more. */
export async function readFromVault(account: string, name: string): Promise<File | undefined> {
  try {
    const handle = await (await folderOf(account)).getFileHandle(name);
    return await handle.getFile();
  } catch {
    return undefined; // the user has cleared what the page keeps
  }
}

export async function removeFromVault(account: string, name: string): Promise<void> {
  await (await folderOf(account)).removeEntry(name).catch(() => {}); // it is gone already
}

/** Nothing stays of what was kept for the account. */
export async function emptyVault(account: string): Promise<void> {
  await (await wholeVault()).removeEntry(await vaultName(account), { recursive: true });
}

async function folderOf(account: string): Promise<FileSystemDirectoryHandle> {
  return (await wholeVault()).getDirectoryHandle(await vaultName(account), { create: true });
}

async function wholeVault(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}
