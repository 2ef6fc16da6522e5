/** The screen that decides: a replay was refused, or a scan could not be judged, and a person says what becomes of it. */
import { timeOf } from "./waiting.js";

const dialog = document.getElementById("held");
const find = (name) => dialog.querySelector(`[data-held-${name}]`);
const text = (label) => label.replaceAll("\u001d", "␝");

let chosen = []; // the ids that wait for a reason

/** News without a question: a conflict, or an answer to another page's scan. It goes with the next scan. */
export function showNews(message, entry) {
  if (dialog.open && !dialog.hasAttribute("data-sheet")) return; // a question is not covered
  draw({ entry, message, isDecided: false }, []);
  dialog.setAttribute("data-sheet", "");
  for (const name of ["one", "choices"]) find(name).hidden = true;
  find("close").hidden = false;
  dialog.onclick = (event) => event.target.closest("[data-held=close]") && dialog.close();
  open();
}

/**
 * held: {entry, message, isDecided, isFailure, number}, or null when nothing is to be decided. rest: what waits behind
 * it. isFailure: the server could not judge it, in the request of that number.
 */
export function showHeld(held, rest, { goOn, sendAgain, setAside, leaveOut }) {
  const isQuestion = dialog.open && !dialog.hasAttribute("data-sheet");
  if (!held) {
    if (isQuestion) dialog.close();
    return;
  }
  draw(held, rest);
  dialog.removeAttribute("data-sheet"); // a question stays until it is answered
  find("one").hidden = held.isDecided;
  find("choices").hidden = Boolean(held.isFailure) && !held.isDecided; // first the one, then those that counted on it
  find("close").hidden = true;
  find("drop").hidden = rest.length === 0;
  dialog.querySelector("[data-held=go-on] span").textContent = rest.length ? dialog.dataset.sendRest : dialog.dataset.understood;
  dialog.onclick = (event) => {
    const button = event.target.closest("[data-held], [data-reason]");
    if (!button) return;
    const { held: choice, reason, id } = button.dataset;
    if (choice === "go-on") goOn();
    if (choice === "again") sendAgain();
    if (choice === "aside") setAside(dialog.dataset.notJudged);
    if (choice === "leave") ask([held.entry.id]);
    if (choice === "leave-line") ask([id]);
    if (choice === "drop") ask(rest.map((entry) => entry.id));
    if (choice === "back") ask([]);
    if (reason) {
      const ids = chosen;
      ask([]);
      leaveOut(ids, reason);
    }
  };
  open();
}

/** The scan field keeps the focus: what is scanned now waits behind the question. */
function open() {
  if (dialog.open) return;
  dialog.show();
  document.getElementById("scan")?.focus({ preventScroll: true });
}

function ask(ids) {
  chosen = ids;
  find("reasons").hidden = ids.length === 0;
  find("question").hidden = ids.length > 0;
}

function draw(held, rest) {
  find("card").hidden = held.isDecided;
  find("code").textContent = text(held.entry.label);
  find("time").textContent = timeOf(held.entry);
  const isFailure = Boolean(held.isFailure);
  const message = isFailure ? dialog.dataset.failed.replace("{number}", held.number) : held.message;
  if (find("message").textContent !== message) find("message").textContent = message;
  find("title").textContent = isFailure ? dialog.dataset.notJudged : dialog.dataset.notTaken;
  dialog.setAttribute("aria-label", find("title").textContent);
  dialog.querySelector("[data-held=leave]").hidden = isFailure;
  dialog.querySelector("[data-held=aside]").hidden = !isFailure;
  find("behind").hidden = rest.length === 0;
  find("list").replaceChildren(...rest.map(line));
  if (!dialog.open) ask([]);
}

function line(entry) {
  const item = find("line").content.firstElementChild.cloneNode(true);
  item.querySelector("[data-line-code]").textContent = text(entry.label);
  item.querySelector("[data-line-time]").textContent = timeOf(entry);
  const button = item.querySelector("button");
  button.dataset.id = entry.id;
  button.setAttribute("aria-label", `${button.title}: ${entry.label}`);
  return item;
}
