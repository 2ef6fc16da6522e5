/** The page that needs no server: what can be gone on with, what waits on this device, what was left out. */
import { install, isKept, keptPages, untilBack } from "./kept.js";
import { openStore } from "./store.js";
import { timeOf } from "./waiting.js";

const find = (name) => document.querySelector(`[data-${name}]`);
const words = find("words").dataset;

function line(...parts) {
  const item = document.createElement("li");
  item.className = "held-line";
  for (const [tag, className, text] of parts) {
    const part = document.createElement(tag);
    part.className = className;
    part.textContent = text;
    item.append(part);
  }
  return item;
}

async function showWork() {
  const paths = (await keptPages()).filter((path) => path !== "/");
  find("work").replaceChildren(...paths.map((path) => {
    const link = document.createElement("a");
    link.className = "button is-primary";
    link.href = path;
    link.textContent = words.goOn;
    return link;
  }));
}

async function showContents() {
  const store = await openStore();
  const entries = (await store.all()).filter(({ kind }) => kind !== "left-out");
  const log = (await store.log()).reverse();
  find("waiting-list").replaceChildren(...entries.map((entry) =>
    line(["strong", "held-code", entry.label], ["span", "row-note", `${entry.operator?.name ?? "?"} · ${timeOf(entry)}`])));
  find("left-list").replaceChildren(...log.map((entry) =>
    line(["strong", "held-code", entry.label],
      ["span", "row-note", [entry.operator?.name, timeOf(entry), entry.reason, entry.message].filter(Boolean).join(" · ")])));
  find("waiting-none").hidden = entries.length > 0;
  find("left-part").hidden = log.length === 0;
  const isKeptForGood = store.isKept && (await navigator.storage?.persisted?.());
  find("store").textContent = !store.isKept ? words.notKept : isKeptForGood ? words.forGood : words.forNow;
}

install();
showContents();
new BroadcastChannel("trueshelf").addEventListener("message", showContents);
if (isKept) {
  find("cut").hidden = false;
  showWork();
  // A page that took the place of another becomes that other one again; a form that was not sent is left to the person.
  untilBack(async () => {
    const { ok } = await fetch("/healthz", { cache: "no-store" });
    if (ok) location.replace(location.pathname === "/offline" ? "/" : location.href);
    return ok;
  });
}
