/** The top bar's right end, and the panel that asks what to do when a replay was refused. */

const words = document.getElementById("words")?.dataset ?? {};
const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), words[name] ?? "");

const bar = document.getElementById("sync");
const held = document.getElementById("held");
let state = "idle";
let own = 0;
let others = [];
let isKept = true;

export function showState(name) {
  state = name;
  draw();
}

export function showCounts(counts) {
  ({ own, others, isKept } = counts);
  if (own === 0 && state !== "signed-out") state = "idle";
  draw();
}

function draw() {
  if (!bar) return;
  bar.dataset.state = state;
  const parts = [];
  if (state === "slow") parts.push(say("slow"));
  if (state === "offline") parts.push(say("offline"));
  if (state === "signed-out") parts.push(say("signedOut"));
  if (own > 0 && (own > 1 || state !== "sending")) parts.push(say("waiting", { n: own }));
  for (const { name, count } of others) parts.push(say("others", { n: count, name: name ?? "?" }));
  if (!isKept) parts.push(say("notKept"));
  const text = bar.querySelector("[data-sync-text]");
  if (text.textContent !== parts.join(" · ")) text.textContent = parts.join(" · ");
  bar.classList.toggle("is-loud", parts.length > 0);
}

/** A refused entry and what waits behind it, line by line; a person decides. */
export function showHeld(message, entry, rest, { goOn, drop }) {
  held.querySelector("[data-held-message]").textContent = message;
  const list = held.querySelector("[data-held-list]");
  list.replaceChildren(...[entry, ...rest].map((one) => {
    const line = document.createElement("li");
    line.textContent = one.label;
    line.classList.toggle("is-refused", one === entry);
    return line;
  }));
  held.querySelector("[data-held-choices]").hidden = rest.length === 0;
  held.querySelector("[data-held-close]").hidden = rest.length > 0;
  held.toggleAttribute("data-sheet", rest.length === 0); // a question stays until it is answered; news goes with the next scan
  held.onclick = (event) => {
    const choice = event.target.closest("[data-held]")?.dataset.held;
    if (!choice) return;
    held.close();
    if (choice === "go-on") goOn();
    if (choice === "drop") drop();
  };
  if (!held.open) held.show();
}
