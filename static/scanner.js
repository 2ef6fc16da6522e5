/** The scanner's test page: every key as it came, with the gap before it; then the server says what it means. */
import { isTyping } from "./capture.js";

const QUIET = 500; // milliseconds without a key: then it was one scan, even from a very slow scanner
const SEPARATOR = "\u001d";
const PICTURES = { Enter: "Enter ⏎", Tab: "Tab ⇥", " ": "␣", [SEPARATOR]: "GS ␝" };

const field = document.getElementById("scan");
const echo = document.getElementById("echo");
const list = document.getElementById("keys");
let keys = []; // {key, at, isWhole}
let timer = 0;

function note(key, at, isWhole = false) {
  keys.push({ key, at, isWhole });
  clearTimeout(timer);
  timer = setTimeout(report, QUIET);
}

function keyOf(event) {
  if (event.altKey && !event.getModifierState("AltGraph") && event.key.length === 1) return SEPARATOR;
  if (event.ctrlKey && !event.altKey) return event.key === "]" || event.code === "BracketRight" ? SEPARATOR : null;
  if (event.metaKey) return null;
  if (event.key === "Enter" || event.key === "Tab") return keys.length ? event.key : null; // alone they move the focus
  return [...event.key].length === 1 ? event.key : null;
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target) || event.isComposing || event.keyCode === 229 || event.key === "Unidentified") return;
  const key = keyOf(event);
  if (key === null) return;
  event.preventDefault();
  note(key, event.timeStamp);
}, true);

document.addEventListener("keypress", (event) => {
  if (isTyping(event.target) || event.charCode !== 29) return;
  event.preventDefault();
  note(SEPARATOR, event.timeStamp);
}, true);

function takeField(event) {
  if (event.isComposing) return;
  for (const part of field.value.split(/([\r\n\t])/)) {
    if (part === "\t") note("Tab", event.timeStamp, true);
    else if (part === "\r" || part === "\n") note("Enter", event.timeStamp, true);
    else if (part) [...part].forEach((key) => note(key, event.timeStamp, true));
  }
  field.value = "";
}
field.addEventListener("input", takeField);
field.addEventListener("compositionend", takeField);
field.addEventListener("beforeinput", (event) => {
  if (!/^insert(LineBreak|Paragraph)$/.test(event.inputType)) return;
  event.preventDefault();
  note("Enter", event.timeStamp, true);
});
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("label, input, button, summary, a")) return;
  event.preventDefault();
  field.focus({ preventScroll: true });
});
field.focus({ preventScroll: true });

/** The first code of what came, and what ended it. */
function first(all) {
  const isEnd = ({ key }) => key === "Enter" || key === "Tab";
  const begin = all.findIndex((one) => !isEnd(one));
  const after = all.slice(begin).findIndex(isEnd);
  const end = after < 0 ? all.length : begin + after;
  let behind = end;
  while (behind < all.length && isEnd(all[behind])) behind += 1;
  return { code: all.slice(begin, end), ends: all.slice(end, behind) };
}

function report() {
  const all = keys;
  keys = [];
  if (all.every(({ key }) => key === "Enter" || key === "Tab")) return;
  draw(all);
  const { code, ends } = first(all);
  const text = code.map(({ key }) => key).join("");
  echo.textContent = text.replaceAll(SEPARATOR, "␝");
  echo.dataset.state = "taken";
  const said = document.getElementById("scanned");
  said.elements.code.value = text;
  said.elements.ends.value = ends.map(({ key }) => key).join(" ");
  said.elements.gaps.value = code.slice(1).map(({ at }, index) => Math.round(at - code[index].at)).join(",");
  said.elements.whole.value = code.some(({ isWhole }) => isWhole) ? "yes" : "no";
  said.requestSubmit();
}

/** Each key as a key, the milliseconds before it beneath. */
function draw(all) {
  list.replaceChildren(...all.map(({ key, at, isWhole }, index) => {
    const line = document.createElement("li");
    const cap = document.createElement("kbd");
    cap.textContent = PICTURES[key] ?? key;
    if (key in PICTURES) line.className = "is-control";
    const gap = document.createElement("small");
    gap.textContent = index === 0 || isWhole ? "·" : `${Math.round(at - all[index - 1].at)}`;
    line.append(cap, gap);
    return line;
  }));
}
