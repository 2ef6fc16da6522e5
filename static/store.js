/** Where scans wait until the server has answered them: IndexedDB, in the order in which they were made. */

const NAME = "trueshelf";
const ENTRIES = "entries";

const asPromise = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES, { keyPath: "seq", autoIncrement: true });
  return asPromise(request);
}

class DiskStore {
  isKept = true;
  #db;

  constructor(db) {
    this.#db = db;
  }

  /** Strict durability: batteries of handhelds are pulled out with the scan still warm. */
  add(entry) {
    const transaction = this.#db.transaction(ENTRIES, "readwrite", { durability: "strict" });
    const request = transaction.objectStore(ENTRIES).add(entry);
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve({ ...entry, seq: request.result });
      transaction.onabort = () => reject(transaction.error);
    });
  }

  all() {
    return asPromise(this.#db.transaction(ENTRIES).objectStore(ENTRIES).getAll());
  }

  remove(seq) {
    return asPromise(this.#db.transaction(ENTRIES, "readwrite").objectStore(ENTRIES).delete(seq));
  }
}

/** Without a disk (a private window, a full device) scans still go out in order; the bar says that they are not kept. */
class MemoryStore {
  isKept = false;
  #entries = [];
  #seq = 0;

  async add(entry) {
    const stored = { ...entry, seq: (this.#seq += 1) };
    this.#entries.push(stored);
    return stored;
  }

  async all() {
    return [...this.#entries];
  }

  async remove(seq) {
    this.#entries = this.#entries.filter((entry) => entry.seq !== seq);
  }
}

export async function openStore() {
  try {
    return new DiskStore(await open());
  } catch {
    return new MemoryStore();
  }
}
