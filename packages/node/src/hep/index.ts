export { HepSender, type HepSenderOptions } from "./hep-sender.ts";
