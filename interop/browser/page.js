// What runs in the pages of the browser test: one client, and everything it tells, to be asked for.
import { connect, openStore } from "@parlance/client/web";
import { durableContract, storeContract } from "../../packages/client/src/store/store-contract.ts";

let client;
let last;
const told = [];
const waiting = [];

/** Something happened: whoever waits for it hears it, else it is kept. */
function tell(what) {
  const at = waiting.findIndex(({ prefix }) => what.startsWith(prefix));
  if (at === -1) told.push(what);
  else waiting.splice(at, 1)[0].resolve(what);
}

function failureOf(error) {
  return `${error.name} ${error.code ?? error.message}`;
}

/** Takes a file that is offered, and holds its octets against what they should be. */
async function take(file) {
  tell(`file ${file.name} ${file.sizeBytes}`);
  let [at, right] = [0, true];
  try {
    for await (const piece of file.accept()) {
      // Not each of them: what it costs to look would hide what it costs to receive.
      for (let within = 0; within < piece.length; within += 997) {
        right &&= piece[within] === (at + within) % 251;
      }
      at += piece.length;
    }
    tell(`taken ${file.name} ${at} ${right}`);
  } catch (error) {
    tell(`taken ${file.name} ${failureOf(error)}`);
  }
}

globalThis.phone = {
  /** Resolves with "online", or what went wrong. */
  async open({ store, whenTaken, listen = true, ...options }) {
    try {
      const kept = store === undefined ? {} : { store: await openStore(store, { whenTaken }) };
      client = await connect({ ...options, ...kept });
    } catch (error) {
      return failureOf(error);
    }
    client.on("connection", ({ state }) => tell(`connection ${state}`));
    client.on("composing", ({ from, active }) => tell(`composing ${from} ${active}`));
    client.on("sent", ({ state, record }) =>
      tell(`sent ${new TextDecoder().decode(record.content)} ${state}`),
    );
    client.on("session", ({ peer, state }) => tell(`session ${peer} ${state}`));
    client.on("file", (file) => void take(file));
    client.on("error", (error) => tell(`error ${failureOf(error)}`));
    if (listen) globalThis.phone.listen();
    return client.connection.state;
  },

  listen() {
    client.on("message", async (message) => {
      last = message;
      tell(`message ${message.text ?? message.kind}`);
      await message.displayed();
    });
  },

  /** Resolves with the state once the message has come that far. */
  async send(to, text, until) {
    const sent = client.send(to, text);
    if (until !== undefined) await sent.reached(until);
    return sent.state;
  },

  /** Uploads a file of so many octets and tells of it; resolves with what the server has. */
  async sendFile(to, size, name) {
    try {
      const content = new File([new Uint8Array(size).map((_, at) => at % 251)], name, {
        type: "image/png",
      });
      const progress = [];
      const stored = await client.files.upload(content, {
        onProgress: ({ doneBytes }) => progress.push(doneBytes),
      });
      await client.send(to, client.files.announcement(stored)).accepted;
      return [stored.name, stored.sizeBytes, progress.at(-1)];
    } catch (error) {
      return failureOf(error);
    }
  },

  /** Fetches what the last message points to. */
  async fetchFile() {
    const file = await client.files.download(last);
    const right = file.bytes.every((octet, at) => octet === at % 251);
    return [file.name, file.type, file.sizeBytes, file.verified, right];
  },

  /** Resolves with "open", or what went wrong. */
  async openSession(to) {
    const chat = client.conversation(to);
    await chat.open().catch((error) => tell(`error ${failureOf(error)}`));
    return chat.session;
  },

  /** Sends a file of so many octets straight to the other side; resolves with what became of it. */
  async giveFile(to, size, name) {
    const content = new File([new Uint8Array(size).map((_, at) => at % 251)], name);
    const sent = client.conversation(to).sendFile(content, { via: "session" });
    await sent.delivered.catch(() => {});
    return [sent.state, sent.failure?.code, sent.progress.now.doneBytes];
  },

  /** Resolves with "in", or what went wrong. */
  async join(address, options) {
    try {
      const room = await client.join(address, options);
      return room.state;
    } catch (error) {
      return failureOf(error);
    }
  },

  /** To those in the room that go by this name, and nobody else. */
  async whisper(address, name, text) {
    const room = client.rooms.find((each) => each.address === address);
    const sent = room.whisper(
      room.members.filter((member) => member.name === name),
      text,
    );
    await sent.delivered;
    return sent.state;
  },

  /** Resolves when so many are in the room, with their names. */
  async members(address, count) {
    const room = client.rooms.find((each) => each.address === address);
    const names = () => room.members.filter(({ state }) => state === "in").map(({ name }) => name);
    while (names().length !== count) {
      await new Promise((resolve) => {
        const off = room.on("roster", () => {
          off();
          resolve();
        });
      });
    }
    return names();
  },

  /** The groups that the client is in, also those of before. */
  rooms() {
    return client.rooms.map(({ address }) => address);
  },

  composing(to) {
    client.conversation(to).composing();
  },

  async history(with_) {
    const texts = [];
    for await (const page of client.conversation(with_).history({ limit: 2 })) {
      texts.push(
        ...page.map(({ direction, message: { state, text = state } }) => `${direction} ${text}`),
      );
    }
    return texts;
  },

  /** The first thing told, from now or before, that begins so. */
  next(prefix) {
    const at = told.findIndex((what) => what.startsWith(prefix));
    if (at !== -1) return told.splice(at, 1)[0];
    return new Promise((resolve) => {
      waiting.push({ prefix, resolve });
    });
  },

  async close() {
    await client.close();
  },

  /** What is pending in a store that was made before stores knew that. */
  async fromVersion1() {
    const opening = indexedDB.open("parlance old", 1);
    opening.onupgradeneeded = () => {
      const messages = opening.result.createObjectStore("messages", {
        keyPath: "order",
        autoIncrement: true,
      });
      messages.createIndex("key", "key", { unique: true });
      messages.createIndex("waiting", ["waiting", "order"]);
      const common = { direction: "sent", conversation: "b", recipients: [] };
      messages.add({ ...common, id: "1", key: "sent 1", state: "queued", waiting: 1 });
      messages.add({ ...common, id: "2", key: "sent 2", state: "deferred" });
      messages.add({ ...common, id: "3", key: "sent 3", state: "delivered" });
    };
    await new Promise((resolve) => (opening.onsuccess = resolve));
    opening.result.close();
    const store = await openStore("old");
    const pending = await store.pending();
    await store.close();
    return pending.map((record) => `${record.id} ${record.waiting}`);
  },

  /** The names of the cases that the store of the browser breaks, and how. */
  async contract() {
    const broken = [];
    for (const { name, run } of [...storeContract, ...durableContract]) {
      const open = () => openStore(`contract ${name}`);
      await run(open).catch((error) => broken.push(`${name}: ${error.message}`));
    }
    return broken;
  },
};

document.title = "ready";
