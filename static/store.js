/** Where scans wait until the server has answered them: IndexedDB, in the order in which they were made. Nothing expires. */

const NAME = "trueshelf";
const ENTRIES = "entries"; // what waits, by seq
const NOTES = "notes"; // what a person has to decide, by key
const LEFT_OUT = "left-out"; // what a person chose not to send
const LONGEST_LOG = 200;

const asPromise = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  const request = indexedDB.open(NAME, 2);
  request.onupgradeneeded = () => {
    const database = request.result;
    const has = (name) => database.objectStoreNames.contains(name);
    if (!has(ENTRIES)) database.createObjectStore(ENTRIES, { keyPath: "seq", autoIncrement: true });
    if (!has(NOTES)) database.createObjectStore(NOTES, { keyPath: "key" });
    if (!has(LEFT_OUT)) database.createObjectStore(LEFT_OUT, { keyPath: "seq", autoIncrement: true });
  };
  return asPromise(request);
}

class DiskStore {
  #db;
  #spill = null; // a disk that is full: what comes from then on stays in memory, behind what is on the disk

  constructor(db) {
    this.#db = db;
    db.onversionchange = () => db.close();
  }

  get isKept() {
    return !this.#spill?.size;
  }

  /** Strict durability: batteries of handhelds are pulled out with the scan still warm. */
  async add(entry) {
    if (this.#spill?.size) return this.#spill.add(entry);
    try {
      const seq = await this.#change([ENTRIES], (stores) => stores[ENTRIES].add(entry));
      return { ...entry, seq };
    } catch {
      this.#spill ??= new MemoryStore();
      return this.#spill.add(entry);
    }
  }

  async all() {
    const kept = await asPromise(this.#db.transaction(ENTRIES).objectStore(ENTRIES).getAll());
    return [...kept, ...((await this.#spill?.all()) ?? [])];
  }

  /** Several changes, all or none: entries to put or remove, a note to write or to clear, lines for the log. */
  async change({ put = [], remove = [], note, clear, log = [] }) {
    await this.#change([ENTRIES, NOTES, LEFT_OUT], (stores) => {
      for (const entry of put) if (!isSpilled(entry.seq)) stores[ENTRIES].put(entry);
      for (const seq of remove) if (!isSpilled(seq)) stores[ENTRIES].delete(seq);
      if (note) stores[NOTES].put(note);
      if (clear) stores[NOTES].delete(clear);
      for (const line of log) stores[LEFT_OUT].add(line);
    });
    await this.#spill?.change({
      put: put.filter(({ seq }) => isSpilled(seq)),
      remove: remove.filter(isSpilled),
    });
  }

  note(key) {
    return asPromise(this.#db.transaction(NOTES).objectStore(NOTES).get(key));
  }

  async log() {
    const lines = await asPromise(this.#db.transaction(LEFT_OUT).objectStore(LEFT_OUT).getAll());
    return lines.slice(-LONGEST_LOG);
  }

  #change(names, work) {
    const transaction = this.#db.transaction(names, "readwrite", { durability: "strict" });
    const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
    const request = work(stores);
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

const isSpilled = (seq) => typeof seq === "string";

/** Without a disk (a private window, a full device) scans still go out in order; the bar says that they are not kept. */
class MemoryStore {
  isKept = false;
  #entries = [];
  #notes = new Map();
  #log = [];
  #seq = 0;

  get size() {
    return this.#entries.length;
  }

  async add(entry) {
    const stored = { ...entry, seq: `memory-${(this.#seq += 1)}` };
    this.#entries.push(stored);
    return stored;
  }

  async all() {
    return [...this.#entries];
  }

  async change({ put = [], remove = [], note, clear, log = [] }) {
    for (const entry of put) {
      const place = this.#entries.findIndex(({ seq }) => seq === entry.seq);
      if (place >= 0) this.#entries[place] = entry;
      else this.#entries.unshift(entry); // only what was at the head comes back
    }
    this.#entries = this.#entries.filter(({ seq }) => !remove.includes(seq));
    if (note) this.#notes.set(note.key, note);
    if (clear) this.#notes.delete(clear);
    this.#log.push(...log);
  }

  async note(key) {
    return this.#notes.get(key);
  }

  async log() {
    return [...this.#log];
  }
}

export async function openStore() {
  try {
    return new DiskStore(await open());
  } catch {
    return new MemoryStore();
  }
}
