/** Puts a floor page together: capture -> queue -> answer -> swap, and the buttons beside them. */
import { isOffline, showCounts, showCut, showState, waiting } from "./bar.js";
import { Capture } from "./capture.js";
import { signal, soundOf } from "./feedback.js";
import { showHeld, showNews } from "./held.js";
import { install, isKept, recall, remember, untilBack } from "./kept.js";
import { Pad } from "./pad.js";
import { Queue } from "./queue.js";
import { mayWait, sayOnlineOnly } from "./waiting.js";

const page = document.body.dataset;
const field = document.getElementById("scan");
const echo = document.getElementById("echo");
const padDialog = document.getElementById("pad");
const number = (text, otherwise) => (text ? Number(text) : otherwise);

const queue = new Queue({
  operator: page.operator ? { id: page.operator, name: page.operatorName } : null,
  page: page.scansUrl || location.pathname,
  timeout: number(page.timeout, 10000),
  slow: number(page.slow, 5000),
  state: showState,
  counts: showCounts,
  answer: showAnswer,
  messageOf,
  hold: (held, rest) => showHeld(held, rest, {
    goOn: () => queue.goOn(),
    sendAgain: () => queue.sendAgain(),
    setAside: (reason) => queue.setAside(reason),
    leaveOut: (ids, reason) => queue.leaveOut(ids, reason),
  }),
});
const ONE_READ = 1000; // milliseconds: whoever scans a label twice on purpose is slower
let last = { code: "", at: -Infinity };
let answers = 0;

let viewfinder = null;
const pad = padDialog && new Pad(padDialog, (button, quantity) => act(button, { quantity }));

const capture = field && new Capture(field, {
  idle: number(page.idle, 100),
  pace: number(page.pace, 35),
  take,
  preview: (text) => text && show(text, "typing"),
  choose,
  confirm: () => page.keypad === "on" && press(document.querySelector("[data-primary]")),
  back,
  pad: () => (pad?.isOpen ? pad : null),
});

function show(text, state) {
  echo.textContent = text.replaceAll("\u001d", "␝");
  echo.dataset.state = state;
}

/** One code, as it comes off the scanner at that time. The tick is local; the verdict is the server's. */
function take(code, _source, at) {
  const isSecondRead = code === last.code && at - last.at < ONE_READ;
  last = { code, at };
  signal("tick");
  show(code, "taken");
  pad?.close();
  closeSheets();
  if (page.fill) return fill(document.querySelector(page.fill), code);
  const next = document.querySelector("[data-next-scans]")?.dataset.nextScans; // a finished task: the scan opens the next
  if (next && isSecondRead) return; // the scanner was held on the label that finished it
  if (page.scansUrl) queue.addScan(next || page.scansUrl, code);
}

/** Pages that only look something up, or sign in, put the code into their own form. */
function fill(input, code) {
  input.value = code;
  input.form.requestSubmit();
}

function act(button, more = {}) {
  const { action, quantity, reason, code, note, label } = button.dataset;
  if (isOffline() && !mayWait(action)) return refuseOffline(label || button.textContent.trim());
  const given = Object.entries({ name: action, quantity, reason, code, note, ...more });
  const fields = Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== ""));
  signal("tick");
  queue.addAction(page.actionsUrl, label || button.textContent.trim(), fields);
}

/** What is done on the server's word alone is not queued. */
function refuseOffline(label) {
  signal("error");
  sayOnlineOnly(label, waiting());
  queue.wake();
}

function showAnswer(answer) {
  answers += 1;
  showCut(false);
  if (answer.location || (answer.entry.kind === "left-out" && answer.status === 200)) return;
  const root = rootOf(answer.html);
  const place = root && answer.kind === "answer" && answer.entry.page === queuePage() && document.getElementById(root.id);
  if (!place) return showElsewhere(answer);
  const before = { ...place.dataset };
  const after = { ...root.dataset };
  pad?.close();
  swap(place, answer.html);
  signal(soundOf(after, before));
  remember(page.operator, answer.html);
}

function swap(place, html) {
  htmx.swap(place, html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });
  document.dispatchEvent(new CustomEvent("trueshelf:swapped"));
}

/** 409 and the like, or a refusal whose screen is gone: the scan screen stays, the words are shown. */
function showElsewhere(answer) {
  if (answer.status === 200) return;
  signal("error");
  showNews(messageOf(answer), answer.entry);
}

const queuePage = () => page.scansUrl || location.pathname;

function rootOf(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-answer]");
}

function messageOf({ html, status }) {
  const root = rootOf(html);
  if (root?.dataset.message) return root.dataset.message;
  try {
    const problem = JSON.parse(html);
    return problem.detail || problem.message || problem.title;
  } catch {
    return `${document.getElementById("words").dataset.notTaken} (${status})`;
  }
}

function press(button) {
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

/** A keypad device: 1-9 press what carries that number, in the open sheet first. */
function choose(digit) {
  const sheet = document.querySelector("dialog[open]");
  if (!sheet && page.keypad !== "on") return false;
  const choices = [...(sheet ?? document).querySelectorAll("[data-choice]")];
  return press(choices.filter((choice) => choice.getClientRects().length)[digit - 1]);
}

/** Enter or Space on a focused button. A tap, or a keypad's number, leaves the focus to the scan field. */
const isByKeyboard = (event) => event.detail === 0 && event.isTrusted;

/** A sheet takes the focus only from a keyboard or for its own text box; else the scan field keeps it. */
function openSheet(sheet, keepsFocus) {
  sheet.show();
  const typing = sheet.querySelector("[data-typing]");
  if (typing) typing.focus();
  else if (!keepsFocus) field?.focus({ preventScroll: true });
}

function closeSheets() {
  const open = document.querySelectorAll("dialog[data-sheet][open]");
  open.forEach((dialog) => dialog.close());
  return open.length > 0;
}

/** The camera: its module is loaded when it is first used. */
async function useCamera(what) {
  if (what === "close") viewfinder?.close();
  if (what !== "open" || !capture) return;
  closeSheets();
  const { Viewfinder } = await import("./camera.js");
  viewfinder ??= new Viewfinder(document.getElementById("camera"), (code) => capture.enter(code, "camera"));
  viewfinder.open();
  field.focus({ preventScroll: true });
}

function back() {
  if (viewfinder?.isOpen) return viewfinder.close();
  if (pad?.isOpen) return pad.close();
  if (!closeSheets() && page.back) location.assign(page.back);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, [data-scan]");
  if (!button) return;
  if (button.dataset.camera) useCamera(button.dataset.camera);
  else if (button.dataset.pad !== undefined) {
    pad.open(button);
    if (!isByKeyboard(event)) field.focus({ preventScroll: true });
  }
  else if (button.dataset.action) {
    closeSheets();
    act(button);
  } else if (button.dataset.scan) capture.enter(button.dataset.scan, "screen");
  else if (button.dataset.opens) {
    closeSheets();
    openSheet(document.getElementById(button.dataset.opens), isByKeyboard(event));
  } else if (button.dataset.closes !== undefined) {
    pad?.close();
    closeSheets(); // which gives the focus back to what opened it, where that is still there
    if (!isByKeyboard(event) || document.activeElement === button) field?.focus({ preventScroll: true });
  }
});

/** The PIN's own keys. */
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-pin]")?.dataset.pin;
  if (!key) return;
  const input = event.target.closest("form").elements.pin;
  input.value = key === "back" ? input.value.slice(0, -1) : input.value + key;
  input.focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

/** Claiming, taking over, signing out: with the server or not at all. */
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || !isOffline() || !document.getElementById("offline")) return;
  event.preventDefault();
  event.stopPropagation(); // htmx listens at the form
  refuseOffline((event.submitter ?? event.target.querySelector("button"))?.textContent.trim() ?? "");
}, true);

/** What a sheet asked the server is answered: the answer stands behind it, and the next scan is heard. */
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  const sheet = detail.elt.closest("dialog[open]");
  sheet?.close();
  if (sheet) field?.focus({ preventScroll: true });
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-code-form]");
  if (!form) return;
  event.preventDefault();
  const input = form.querySelector("input");
  const code = input.value;
  input.value = "";
  closeSheets();
  field.focus({ preventScroll: true });
  if (code.trim()) capture.enter(code.trim(), "typed");
});

/** A kept page shows what was true once: the last prompt first, and the server's word as soon as there is one. */
async function beginKept() {
  showCut(true);
  const html = await recall(page.operator);
  const root = html && rootOf(html);
  const place = root && document.getElementById(root.id);
  if (place) swap(place, html);
  untilBack(refresh);
}

async function refresh() {
  if (waiting() > 0) return false; // the queue asks already, and its answers come first
  const before = answers;
  const response = await fetch(location.href, { cache: "no-store", redirect: "manual" });
  if (response.status >= 500) return false;
  const html = await response.text();
  const root = response.ok && rootOf(html);
  const place = root && document.getElementById(root.id);
  if (before !== answers || waiting() > 0) return false;
  if (!place) return location.reload(); // signed out, or another's by now
  swap(place, root.outerHTML);
  showCut(false);
  return true;
}

window.addEventListener("offline", () => showCut(true));
window.addEventListener("online", () => isKept || showCut(false));

install();
capture?.listen();
queue.start();
if (isKept) beginKept();
else if (!navigator.onLine) showCut(true);
