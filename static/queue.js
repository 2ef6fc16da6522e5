/**
 * First in, first out, one in flight: every scan and action waits here until the server has answered it.
 *
 * The device makes the id and stores the entry before it is sent. 200, 409 and 422 are answers; a lost
 * connection, a timeout, 429 and 5xx are not, and the same id goes out again. An entry belongs to the
 * operator who made it and is never sent as another's.
 */
import { openStore } from "./store.js";

const LOCK = "trueshelf-queue";
const FIRST_PAUSE = 500; // milliseconds
const LONGEST_PAUSE = 15000;
const SEND_AGAIN = new Set([408, 425, 429]);

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
  #isHeld = false; // a replay was refused: nothing goes out until a person has decided
  #failures = 0;
  #endPause = () => {};

  /**
   * operator: {id, name}, or null where nobody is signed in. page: the key of what this page shows.
   * timeout, slow: milliseconds until a request is given up, and until "no answer yet".
   * hooks: state(name), counts({own, others: [{name, count}], isKept}), answer(answer), hold(answer, rest).
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
    await this.#count();
    this.wake();
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
    return this.#add({ id, kind: "action", url, label, fields: { action_id: id, ...fields } });
  }

  wake() {
    this.#endPause();
    this.#isWanted = true;
    if (!this.#isRunning && this.#operator) this.#run();
  }

  /** Decided by a person after a replay was refused: go on with the rest. */
  goOn() {
    this.#isReplay = false;
    this.#hold(false);
    this.wake();
  }

  /** Decided by a person after a replay was refused: the rest is not sent. */
  async dropRest() {
    const store = await this.#store;
    for (const entry of await this.#own()) await store.remove(entry.seq);
    this.#waiting.clear();
    this.#isReplay = false;
    this.#hold(false);
    await this.#changed();
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

  /** One sender among all tabs; without Web Locks (plain HTTP) the server's memory of ids keeps tabs harmless. */
  async #run() {
    this.#isRunning = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      if (navigator.locks) await navigator.locks.request(LOCK, () => this.#drain());
      else await this.#drain();
    }
    this.#isRunning = false;
  }

  async #drain() {
    while (!this.#isHeld) {
      const [entry, ...rest] = await this.#own();
      if (!entry) {
        this.#isReplay = false;
        return;
      }
      const answer = await this.#send(entry);
      if (answer.kind === "signed-out") {
        this.#isWanted = false; // until the next scan, or the page after signing in
        return this.#hooks.state("signed-out");
      }
      if (answer.kind === "none") {
        this.#isReplay = true;
        await this.#pause(answer.retryAfter);
        continue;
      }
      this.#failures = 0;
      this.#show(answer);
      await (await this.#store).remove(entry.seq);
      await this.#changed();
      if (answer.location) return location.assign(answer.location);
      if (this.#isReplay && answer.status !== 200 && rest.length) {
        this.#hold(true);
        this.#hooks.hold(answer, rest);
      }
    }
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

  #pause(retryAfter) {
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    const wait = retryAfter ?? longest * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#hooks.state("offline");
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

  /** All tabs stop with the one that asks. */
  #hold(isHeld) {
    this.#isHeld = isHeld;
    this.#channel?.postMessage({ isHeld });
  }

  #heard({ answer, isHeld }) {
    this.#isHeld = isHeld ?? this.#isHeld;
    if (isHeld === false) this.wake();
    if (answer) this.#waiting.delete(answer.entry.id);
    if (answer && answer.entry.page === this.#page) this.#hooks.answer(answer);
    this.#count();
  }

  async #changed() {
    this.#channel?.postMessage({});
    await this.#count();
  }

  async #count() {
    const store = await this.#store;
    const others = new Map();
    let own = 0;
    for (const { operator } of await store.all()) {
      if (this.#operator && operator?.id === this.#operator.id) own += 1;
      else others.set(operator?.id, { name: operator?.name, count: (others.get(operator?.id)?.count ?? 0) + 1 });
    }
    this.#hooks.counts({ own, others: [...others.values()], isKept: store.isKept });
  }
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
  if (status >= 500 || SEND_AGAIN.has(status)) return { kind: "none", retryAfter: secondsToWait(response) };
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
