/**
 * First in, first out, one in flight: every scan and action waits here until the server has answered it.
 *
 * The device makes the id and stores the entry before it is sent. 200, 409 and 422 are answers; a lost
 * connection, a timeout, 429, 502, 503 and 504 are not, and the same id goes out again for as long as it takes.
 * 500 says that the server is there and could not judge this one: after a few tries a person decides, so that one
 * scan never stops those behind it for good. An entry belongs to the operator who made it and is never sent as
 * another's. What waited goes out in order and stops at the first refusal, over reloads too, until a person has
 * decided.
 */
import { openStore } from "./store.js";

const LOCK = "trueshelf-queue";
const FIRST_PAUSE = 500; // milliseconds
const LONGEST_PAUSE = 5000; // a dead spot is left within seconds, and nobody wants to wait for the rest of a pause
const SEND_AGAIN = new Set([408, 425, 429]);
const TRIES = 4; // of a scan that the server fails to judge: about four seconds, long enough for a restart to pass

/** A random version 4 UUID; crypto.randomUUID exists only on HTTPS and localhost. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export class Queue {
  #operator;
  #page;
  #timeout;
  #slow;
  #hooks;
  #store = openStore();
  #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("trueshelf") : null;
  #waiting = new Map(); // id -> entry: what this page knows to be unanswered, from the trigger on
  #isRunning = false;
  #isWanted = false;
  #isReplay = false; // what goes out now was made while nothing could go out
  #failures = 0;
  #tries = new Map(); // id -> how often the server has failed to judge it
  #endPause = () => {};

  /**
   * operator: {id, name}, or null where nobody is signed in. page: the key of what this page shows.
   * timeout, slow: milliseconds until a request is given up, and until "no answer yet".
   * hooks: state(name), counts({own: [entry], others: [{name, entries}], isKept}), answer(answer), messageOf(answer),
   * hold(held, rest): a replay was refused, or (held.isFailure) a scan could not be judged, and a person must decide;
   * held is null when nothing is to be decided.
   */
  constructor({ operator, page, timeout = 10000, slow = 5000, ...hooks }) {
    this.#operator = operator;
    this.#page = page;
    this.#timeout = timeout;
    this.#slow = slow;
    this.#hooks = hooks;
  }

  async start() {
    this.#channel?.addEventListener("message", ({ data }) => this.#heard(data));
    window.addEventListener("online", () => this.wake());
    const left = await this.#own();
    this.#isReplay = left.length > 0;
    for (const entry of left) this.#waiting.set(entry.id, entry);
    await this.#tell();
    this.wake();
    navigator.storage?.persist?.().catch(() => {}); // asked, not needed: what waits leaves the device within minutes
  }

  addScan(url, code) {
    const id = newId();
    return this.#add({ id, kind: "scan", url, label: code, fields: { scan_id: id, code, scanned_at: new Date().toISOString() } });
  }

  /** The same action twice before its answer is one action: a double tap adds nothing and gives null. */
  async addAction(url, label, fields) {
    const isTwin = (entry) => entry.kind === "action" && entry.url === url && isSameAction(entry.fields, fields);
    if ([...this.#waiting.values()].some(isTwin)) return null;
    const id = newId();
    const scanned_at = new Date().toISOString();
    return this.#add({ id, kind: "action", url, label, fields: { action_id: id, scanned_at, ...fields } });
  }

  wake() {
    this.#endPause();
    this.#isWanted = true;
    if (!this.#isRunning && this.#operator) this.#run();
  }

  /** What waits, and what was left out, for whoever asks about this device. */
  async contents() {
    const store = await this.#store;
    return { entries: await store.all(), log: await store.log() };
  }

  // What a person decides after a replay was refused.

  /** The refused one stays as the server judged it; the rest goes out, and stops again at the next refusal. */
  async goOn() {
    await this.#decide({ clear: this.#key });
  }

  /**
   * The refused one goes out once more, in its old place, as a new scan: the old id has its answer. One that could not
   * be judged keeps its id: should an earlier try have been kept after all, it counts once.
   */
  async sendAgain() {
    const { entry, isFailure } = await this.#held();
    if (isFailure) {
      this.#tries.delete(entry.id);
      return this.#decide({ put: [entry], clear: this.#key });
    }
    const id = newId();
    const name = entry.kind === "action" ? "action_id" : "scan_id";
    const again = { ...entry, id, fields: { ...entry.fields, [name]: id } };
    this.#waiting.set(id, again);
    await this.#decide({ put: [again], clear: this.#key });
  }

  /**
   * The one that could not be judged is set aside: kept here, told to the desk with the number of its request. Those
   * of the same job that were scanned behind it counted on it, so a person says whether they go out.
   */
  async setAside(reason) {
    const held = await this.#held();
    if (!held?.isFailure || held.isDecided) return;
    const { seq: _seq, ...entry } = held.entry;
    const rest = (await this.#unsent()).filter(({ page }) => page === entry.page);
    await this.#decide({
      put: [asLeftOut(held.entry, reason, held.number)],
      log: [{ ...entry, reason, message: held.number, at: new Date().toISOString() }],
      ...(rest.length ? { note: { ...held, isDecided: true } } : { clear: this.#key }),
    });
  }

  /** One of those that wait, or the refused one, is not wanted: the reason is kept, here and on the server. */
  async leaveOut(ids, reason) {
    const held = await this.#held();
    if (!held) return;
    const behind = await this.#behind(held);
    const unsent = behind.filter(({ id }) => ids.includes(id));
    const isRefused = !held.isDecided && ids.includes(held.entry.id);
    const log = [...(isRefused ? [{ ...held.entry, message: held.message }] : []), ...unsent].map(
      ({ seq: _seq, ...entry }) => ({ ...entry, reason, at: new Date().toISOString() }),
    );
    const isAllDecided = (held.isDecided || isRefused) && unsent.length === behind.length;
    await this.#decide({
      put: unsent.map((entry) => asLeftOut(entry, reason)),
      log,
      ...(isAllDecided ? { clear: this.#key } : { note: { ...held, isDecided: held.isDecided || isRefused } }),
    });
  }

  async #decide(changes) {
    await this.#change(changes);
    this.wake();
  }

  get #key() {
    return `held:${this.#operator?.id}`;
  }

  async #held() {
    return this.#operator && (await (await this.#store).note(this.#key));
  }

  /** Called in the order of the triggers; the stored order is the same, as nothing is awaited but the open store. */
  async #add(made) {
    const entry = { ...made, page: this.#page, operator: this.#operator };
    this.#waiting.set(entry.id, entry);
    const stored = await (await this.#store).add(entry);
    this.#changed();
    this.wake();
    return stored;
  }

  async #own() {
    if (!this.#operator) return [];
    const entries = await (await this.#store).all();
    return entries.filter((entry) => entry.operator?.id === this.#operator.id);
  }

  async #unsent() {
    return (await this.#own()).filter(({ kind }) => kind !== "left-out");
  }

  /** What waits for the decision: everything behind a refusal, the same job's behind one that could not be judged. */
  async #behind(held) {
    const unsent = await this.#unsent();
    return held?.isFailure ? unsent.filter(({ page }) => page === held.entry.page) : unsent;
  }

  /** What goes out next, or nothing. A record of what is not sent is never held up. */
  async #next() {
    const held = await this.#held();
    const own = await this.#own();
    if (!held) return own[0];
    if (!held.isFailure) return undefined;
    return own.find(({ kind, page }) => kind === "left-out" || page !== held.entry.page);
  }

  /** One sender among all tabs; without Web Locks (plain HTTP) the server's memory of ids keeps tabs harmless. */
  async #run() {
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        if (navigator.locks) await navigator.locks.request(LOCK, () => this.#drain());
        else await this.#drain();
      }
    } finally {
      this.#isRunning = false; // a disk that failed is tried again at the next scan
    }
  }

  async #drain() {
    for (let entry = await this.#next(); entry; entry = await this.#next()) {
      const answer = await this.#send(entry);
      if (answer.kind === "signed-out") {
        this.#isWanted = false; // until the next scan, or the page after signing in
        return this.#hooks.state("signed-out");
      }
      if (answer.kind === "none") {
        this.#isReplay = true;
        await this.#pause("offline", answer.retryAfter);
        continue;
      }
      if (answer.kind === "failed") {
        this.#isReplay = true;
        const tries = (this.#tries.get(entry.id) ?? 0) + 1;
        this.#tries.set(entry.id, tries);
        if (tries < TRIES) await this.#pause("slow");
        else if (!(await this.#giveUp(entry, answer))) return;
        continue;
      }
      this.#failures = 0;
      this.#tries.delete(entry.id);
      if (await this.#settle(entry, answer)) return;
    }
    if ((await this.#own()).length === 0) this.#isReplay = false;
  }

  /** False where another one waits for its decision already: this one is tried again after that. */
  async #giveUp(entry, { number }) {
    this.#failures = 0;
    this.#tries.delete(entry.id);
    if (entry.kind === "left-out") {
      await this.#change({ remove: [entry.seq], log: [asLogged(entry, number)] });
      return true;
    }
    if (await this.#held()) return false;
    this.#waiting.delete(entry.id);
    const note = { key: this.#key, entry, message: "", number, isFailure: true, isDecided: false };
    await this.#change({ remove: [entry.seq], note });
    return true;
  }

  async #change(changes) {
    await (await this.#store).change(changes);
    await this.#changed();
  }

  /** The entry leaves, and a refusal that stops the replay is written down, in one step: a reload changes nothing. */
  async #settle(entry, answer) {
    this.#show(answer);
    const isHeld = this.#isReplay && answer.status !== 200 && entry.kind !== "left-out";
    const message = isHeld && this.#hooks.messageOf(answer);
    const note = isHeld && { key: this.#key, entry, message, isDecided: false };
    await this.#change({ remove: [entry.seq], ...(note && { note }) });
    if (answer.location) location.assign(answer.location);
    return Boolean(answer.location);
  }

  async #send(entry) {
    this.#hooks.state("sending");
    const slow = setTimeout(() => this.#hooks.state("slow"), this.#slow);
    const stop = new AbortController();
    const giveUp = setTimeout(() => stop.abort(), this.#timeout);
    try {
      const response = await fetch(entry.url, {
        method: "POST",
        headers: { "HX-Request": "true", "X-Operator": entry.operator.id },
        body: new URLSearchParams(entry.fields),
        redirect: "manual",
        signal: stop.signal,
      });
      return read(entry, response, await response.text());
    } catch {
      this.#hooks.state("offline");
      return { kind: "none" };
    } finally {
      clearTimeout(slow);
      clearTimeout(giveUp);
    }
  }

  #pause(state, retryAfter) {
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    const wait = retryAfter ?? longest * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#hooks.state(state);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #show(answer) {
    this.#waiting.delete(answer.entry.id);
    this.#hooks.answer(answer);
    this.#channel?.postMessage({ answer });
  }

  #heard({ answer }) {
    if (answer) this.#waiting.delete(answer.entry.id);
    if (answer && answer.entry.page === this.#page) this.#hooks.answer(answer);
    this.#tell();
  }

  async #changed() {
    this.#channel?.postMessage({});
    await this.#tell();
  }

  async #tell() {
    const store = await this.#store;
    const others = new Map();
    const own = [];
    for (const entry of await store.all()) {
      const { operator } = entry;
      if (this.#operator && operator?.id === this.#operator.id) own.push(entry);
      else others.set(operator?.id, { name: operator?.name, entries: [...(others.get(operator?.id)?.entries ?? []), entry] });
    }
    this.#hooks.counts({ own, others: [...others.values()], isKept: store.isKept });
    const held = (await this.#held()) ?? null;
    this.#hooks.hold(held, await this.#behind(held));
  }
}

/**
 * What is not sent leaves a record on the server, in the same place of the queue and with the same id. failure: the
 * number of the request in which the server failed to judge it.
 */
function asLeftOut(entry, reason, failure = "") {
  const { scan_id, action_id, code, name, scanned_at } = entry.fields;
  const task = /\/tasks\/(\d+)\//.exec(entry.url)?.[1] ?? "";
  const fields = { scan_id: scan_id ?? action_id, kind: entry.kind, code: entry.kind === "action" ? name : code, task_id: task, reason, failure };
  return { ...entry, kind: "left-out", url: "/left-out", fields: scanned_at ? { ...fields, scanned_at } : fields };
}

function asLogged({ seq: _seq, ...entry }, message) {
  return { ...entry, reason: entry.fields.reason, message, at: new Date().toISOString() };
}

function isSameAction(one, other) {
  return ["name", "quantity", "reason", "code", "note"].every((key) => (one[key] ?? "") === (other[key] ?? ""));
}

/**
 * What a response is. A page without our mark is not the server (a hotspot's own sign-in page answers 200
 * to everything), so it counts as no answer.
 */
function read(entry, response, html) {
  const { status } = response;
  if (status === 401 || response.type === "opaqueredirect") return { kind: "signed-out" };
  if (status === 500) return { kind: "failed", number: response.headers.get("X-Request-Id") ?? "" };
  if (status > 500 || SEND_AGAIN.has(status)) return { kind: "none", retryAfter: secondsToWait(response) };
  const location = target(response);
  if (status >= 400 && status !== 422) return { kind: "refused", entry, status, html };
  if (!location && !/\sdata-answer[\s=>]/.test(html)) return { kind: "none" };
  return { kind: "answer", entry, status, html, location };
}

function secondsToWait(response) {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isNaN(seconds) ? undefined : Math.min(seconds, 60) * 1000;
}

/** Where the server sends the page to, on this host only. */
function target(response) {
  const value = response.headers.get("HX-Redirect") ?? response.headers.get("HX-Location");
  if (!value) return null;
  const url = new URL(value.startsWith("{") ? JSON.parse(value).path : value, location.href);
  return url.origin === location.origin ? url.href : null;
}
