import type { LadderTexts } from "./en.ts";

export const de: LadderTexts = {
  ladder: "Ablauf",
  server: "Parlance",
  steps: (count) => (count === 1 ? "1 Schritt" : `${count.toLocaleString("de")} Schritte`),
  of: (shown, all) => `${shown.toLocaleString("de")} von ${all.toLocaleString("de")} Schritten`,
  missed: (count) => `${count.toLocaleString("de")} verpasst`,
  live: "live",
  connecting: "verbindet …",
  lost: "Verbindung verloren, verbindet neu …",
  gapMissed: (count) =>
    count === 1 ? "Lücke: 1 Eintrag fehlt" : `Lücke: ${count.toLocaleString("de")} Einträge fehlen`,
  gapRestart: (lost, began) => `Lücke: Server weg ${lost}, neu gestartet ${began}`,
  gapMissedWords:
    "Der Server hat diese Einträge überschrieben, ehe diese Seite sie gelesen hatte: sein Ring fasst nur eine feste Menge (trace.bytes).",
  gapRestartWords:
    "Der Mitschnitt liegt im Speicher des Servers und ging mit ihm. Was darüber steht, wurde vorher aufgezeichnet; was ohne Verbindung geschah, ist nicht bekannt.",
  filter: "Filtern",
  filterHint: "Wörter, Call-ID, Abschnitt",
  protocols: "Protokolle",
  hold: "Anhalten",
  goOn: (count) => (count === 0 ? "Weiter" : `Weiter (${count.toLocaleString("de")} neu)`),
  clear: "Leeren",
  group: "Gleiches in Folge zusammenfassen",
  byConnection: "Eine Linie für jede Verbindung",
  atSource: "Am Server filtern (bei viel Verkehr)",
  table: "Als Tabelle",
  options: "Optionen",
  save: "Sichern",
  saveText: "Text",
  saveJson: "JSON",
  savePcap: "Mitschnitt für Wireshark (pcap)",
  saveHep: "HEP-Pakete",
  keepAsFirst: "Gezeigtes als ersten Lauf behalten",
  openSaved: "Gesicherten Lauf öffnen …",
  compareShown: "Gezeigtes mit dem ersten Lauf vergleichen",
  compareTitle: "Zwei Läufe",
  firstRun: "Erster Lauf",
  secondRun: "Zweiter Lauf",
  runsDiffer: (count) =>
    count === 0
      ? "Beide haben dieselben Schritte."
      : `${count} Schritte sind nur in einem von beiden.`,
  lastDifference: "Voriger Unterschied (p)",
  nextDifference: "Nächster Unterschied (n)",
  differenceOf: (at, all) =>
    at === 0
      ? all === 1
        ? "1 Unterschied"
        : `${all} Unterschiede`
      : `Unterschied ${at} von ${all}`,
  comparedOnly: (count) =>
    `Verglichen werden die ersten ${count.toLocaleString("de")} Schritte von beiden.`,
  firstKept: (count) =>
    `Erster Lauf behalten: ${count === 1 ? "1 Schritt" : `${count.toLocaleString("de")} Schritte`}`,
  compare: "Vergleichen",
  noRun: "In dieser Datei ist kein Ablauf.",
  onlyMessage: "Diese Nachricht auf allen Wegen",
  onlyConversation: "Dieses Gespräch",
  showAll: "Alles zeigen",
  nothing: "Noch ist nichts vorbeigekommen.",
  nothingFits: "Nichts davon passt zum Filter.",
  close: "Schließen",
  copy: "Kopieren",
  copied: "Kopiert",
  cut: (count) => `${count.toLocaleString("de")} weitere Oktette werden nicht gezeigt.`,
  octets: (count) => `${count.toLocaleString("de")} Oktette`,
  took: "Beantwortet nach",
  repeats: (count) => (count === 1 ? "Noch einmal gesendet" : `Noch ${count}-mal gesendet`),
  run: (count, span) => `${count} gleiche in ${span}`,
  time: "Zeit",
  from: "Von",
  to: "An",
  protocol: "Protokoll",
  what: "Was",
  clause: "Abschnitt",
  size: "Größe",
  by: "Über",
  conversation: "Call-ID",
  messageId: "Nachricht",
  lastOf: (count, all) => `Die letzten ${count} von ${all}.`,
  showText: "Zeigen, was Menschen schrieben",
  showTextWarning:
    "Texte, Betreffe und Dateien sind geschwärzt, bis man sie verlangt. Dass es verlangt wurde, steht dann im Protokoll.",
  show: "Zeigen",
  cancel: "Abbrechen",
};
