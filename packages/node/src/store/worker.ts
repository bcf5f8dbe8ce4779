/** The thread that owns the database: each message is one transaction, answered after its commit. */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openDatabase } from "./database.ts";
import { faultOf } from "./faults.ts";
import { GroupCommit } from "./group-commit.ts";
import type { FromWorker, ToWorker, WorkerSetup } from "./protocol.ts";

/** Lives as long as the thread. */
function serve(port: MessagePort, work: WorkerSetup): void {
  const say = (message: FromWorker) => port.postMessage(message);
  let groups: GroupCommit;
  try {
    groups = new GroupCommit(openDatabase(work));
  } catch (error) {
    say({ kind: "refused", fault: faultOf(error) });
    port.close();
    return;
  }
  port.on("message", (message: ToWorker) => {
    if (message !== "close") {
      if ("copyTo" in message) return void groups.copy(message.copyTo).then(say);
      return say(groups.perform(message));
    }
    groups.close();
    say({ kind: "closed" });
    port.close();
  });
  say({ kind: "open" });
}

const setup: WorkerSetup = workerData; // StoreWorker, which starts this thread, gives no other
if (parentPort !== null) serve(parentPort, setup);
