/** How fast the server looks into the CPIM of a relayed MESSAGE; beside it, only decoding its octets. */
import { editCpim, parseCpim } from "@parlance/formats";
import { utf8Bytes, utf8Text } from "@parlance/wire";

const RUN_MS = 1000;
const BATCH = 1000;

const message = utf8Bytes(
  [
    "From: Alice <sip:alice@parlance.test>",
    "To: Bob <sip:bob@parlance.test>",
    "DateTime: 2030-05-04T10:00:00Z",
    "NS: imdn <urn:ietf:params:imdn>",
    "imdn.Message-ID: 34jk324jkl432lkj",
    "imdn.Disposition-Notification: positive-delivery, display",
    "",
    "Content-Type: text/plain;charset=UTF-8",
    "",
    "Shall we meet at the station at noon, below the clock?",
  ].join("\r\n"),
);

const figures = {
  "decode only (reference)": rate(() => utf8Text(message)),
  "parse: From, To and IMDN headers": rate(() => parseCpim(message)),
  "rewrite From and To": rate(() =>
    editCpim(message, {
      from: { name: undefined, uri: "sip:alice@parlance.test" },
      to: [{ name: undefined, uri: "sip:bob@parlance.test" }],
    }),
  ),
};

if (process.argv.includes("--json")) {
  console.log(
    JSON.stringify({ bench: "cpim", unit: "messages/s", bytes: message.length, figures }),
  );
} else {
  console.log(`message/cpim of ${message.length} octets, messages/s on one core`);
  console.table(figures);
}

function rate(run: () => unknown): number {
  for (let count = 0; count < 20 * BATCH; count += 1) run();
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < RUN_MS) {
    for (let count = 0; count < BATCH; count += 1) run();
    done += BATCH;
  }
  return Math.round((done * 1000) / (performance.now() - start));
}
