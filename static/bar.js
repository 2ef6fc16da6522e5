/** The top bar's right end: sending, late, offline, signed out; how many wait, and whose. */
import { showWaiting } from "./waiting.js";

const words = document.getElementById("words")?.dataset ?? {};
const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), words[name] ?? "");

const bar = document.getElementById("sync");
const notice = document.getElementById("others");
let state = "idle";
let isCut = false; // no network, or a page that was kept: said before any scan has found out
let own = [];
let others = [];
let isKept = true;

/** Trying again is no news: it stays "offline" until something was answered. */
export function showState(name) {
  if (state === "offline" && (name === "sending" || name === "slow")) return;
  state = name;
  draw();
}

/** Known without sending anything. */
export function showCut(is) {
  isCut = is;
  if (isCut) state = "offline";
  else if (state === "offline") state = own.length ? "sending" : "idle";
  draw();
}

export function showCounts(counts) {
  ({ own, others, isKept } = counts);
  if (own.length === 0 && state !== "signed-out") state = isCut ? "offline" : "idle";
  draw();
}

export const isOffline = () => state === "offline";
export const waiting = () => own.length;

function draw() {
  if (!bar) return;
  const count = own.length;
  bar.dataset.state = state;
  const parts = [];
  if (state === "slow") parts.push(say("slow"));
  if (state === "offline") parts.push(say("offline"));
  if (state === "signed-out") parts.push(say("signedOut"));
  if (count > 0 && (count > 1 || state !== "sending")) parts.push(say("waiting", { n: count }));
  if (!notice) parts.push(...others.map(ofOther));
  if (!isKept) parts.push(say("notKept"));
  const text = bar.querySelector("[data-sync-text]");
  if (text.textContent !== parts.join(" · ")) text.textContent = parts.join(" · ");
  bar.classList.toggle("is-loud", parts.length > 0);
  showWaiting(state === "offline", own);
  if (notice) showNotice(notice, others);
}

function ofOther({ name, entries }) {
  return say(entries.length === 1 ? "othersOne" : "others", { n: entries.length, name: name ?? "?" });
}

/** The sign-in page has room to say whose scans wait. */
function showNotice(place, found) {
  place.hidden = found.length === 0;
  const text = found.map(ofOther).join(" · ");
  const words = place.querySelector("[data-others-text]");
  if (words.textContent !== text) words.textContent = text;
}
