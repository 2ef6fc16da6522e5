/** The strip below the scan line, where there is no network: how many wait, which, and what is not possible now. */

const strip = document.getElementById("offline");
const words = document.getElementById("words")?.dataset ?? {};

/** What may wait its turn behind scans: everything else is said to a screen that shows how things stand. */
const IN_ORDER = new Set(["quantity", "undo"]);

/** When it was scanned, by the device's clock. */
export function timeOf({ fields }) {
  const at = fields.scanned_at && new Date(fields.scanned_at);
  return at ? at.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }) : "";
}

export const mayWait = (action) => IN_ORDER.has(action);

let isCut = false;

/** isOffline: nothing reaches the server now. entries: what waits for it. */
export function showWaiting(isOffline, entries) {
  if (!strip) return;
  if (!isOffline && isCut) strip.querySelector("[data-offline-note]").textContent = "";
  isCut = isOffline;
  strip.hidden = !isOffline;
  document.body.classList.toggle("is-offline", isOffline);
  const count = entries.length;
  const title = count === 0 ? words.offline : (count === 1 ? words.offlineOne : words.offlineMany).replace("{n}", count);
  const heading = strip.querySelector("[data-offline-title]");
  if (heading.textContent !== title) heading.textContent = title;
  strip.querySelector("[data-offline-list]").replaceChildren(...entries.map((entry) => {
    const line = document.createElement("li");
    const code = document.createElement("strong");
    const time = document.createElement("span");
    code.textContent = entry.label.replaceAll("\u001d", "␝");
    time.textContent = timeOf(entry);
    time.className = "row-note";
    line.append(code, " ", time);
    return line;
  }));
}

/** Closing, claiming and printing are done on the server's word alone. */
export function sayOnlineOnly(label, count) {
  const text = count === 0 ? words.onlineOnly : words.onlineOnlyWaiting;
  strip.querySelector("[data-offline-note]").textContent = text.replace("{what}", label).replace("{n}", count);
  strip.open = true;
}
