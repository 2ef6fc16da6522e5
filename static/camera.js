/**
 * The device's camera as a scanner: a viewfinder that reads on until it is closed, and a photo where there is no camera.
 *
 * The browser's own BarcodeDetector reads where there is one, else zxing-cpp as WebAssembly, which is loaded only then.
 * What is found goes the way of every other scan. One label is one scan: a code counts again only after it was out of
 * view for a second; a person who holds the phone on a label for ten seconds has scanned it once.
 */

const FORMATS = ["aztec", "codabar", "code_128", "code_39", "code_93", "data_matrix", "ean_13", "ean_8", "itf", "pdf417", "qr_code", "upc_a", "upc_e"];
const ZXING_FORMATS = ["Aztec", "Codabar", "Code128", "Code39", "Code93", "DataBar", "DataBarExp", "DataMatrix", "EAN13", "EAN8", "ITF", "PDF417", "QRCode", "UPCA", "UPCE"];
const GS1 = new Set(["]C1", "]e0", "]d2", "]Q3"]); // sent with the code: without it these are plain text
const ABSENT = 1000; // milliseconds out of view until the same code is another label
const SURE = 2; // frames that must say the same: a bar code in motion is sometimes read wrong, rarely twice
const PAUSE = 60; // milliseconds between two looks, for everything else that the page does
const WIDEST = 1024; // pixels of a frame that are read
const LARGEST_PHOTO = 2400; // pixels: more only costs time on a weak Wi-Fi
const TRIES = 5;

/** Which of the codes in view are new scans. */
export class Sightings {
  #known = new Map(); // code -> {last, missed, times, isTaken}

  /** codes: what one frame shows; at: its time in milliseconds. Returns the codes that are to be scanned now. */
  see(codes, at) {
    for (const [code, one] of this.#known) {
      if (codes.includes(code)) continue;
      one.missed += 1;
      if (one.missed >= 2 && at - one.last >= ABSENT) this.#known.delete(code); // a slow phone shows one frame a second
    }
    return [...new Set(codes)].filter((code) => {
      const one = this.#known.get(code) ?? { times: 0, isTaken: false };
      this.#known.set(code, one);
      Object.assign(one, { last: at, missed: 0, times: one.times + 1 });
      if (one.isTaken || one.times < SURE) return false;
      return (one.isTaken = true);
    });
  }
}

export class Viewfinder {
  #dialog;
  #video;
  #found;
  #stream = null;
  #turn = 0; // each opening has its own: what an earlier one still waits for is dropped

  /** dialog: _camera.html. found(code): what to do with a scan. */
  constructor(dialog, found) {
    this.#dialog = dialog;
    this.#video = dialog.querySelector("video");
    this.#found = found;
    dialog.querySelector("[data-camera-photo]")?.addEventListener("change", ({ target }) => this.#photo(target));
    dialog.querySelector("[data-camera-light]").addEventListener("click", () => this.#light());
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  get isOpen() {
    return this.#dialog.open;
  }

  async open() {
    if (this.isOpen) return;
    const turn = (this.#turn += 1);
    this.#dialog.show();
    this.#clear();
    this.#say("starting");
    try {
      const stream = await start();
      if (turn !== this.#turn) return stop(stream);
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
      this.#dialog.querySelector("[data-camera-light]").hidden = !this.#track().getCapabilities?.().torch;
      const read = await reader();
      if (turn !== this.#turn) return;
      this.#say("looking");
      await this.#look(read, turn);
    } catch (error) {
      if (turn === this.#turn) this.#fail(error);
    }
  }

  close() {
    this.#turn += 1;
    stop(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
    this.#dialog.close();
  }

  async #look(read, turn) {
    const sightings = new Sightings();
    while (turn === this.#turn) {
      const codes = await read(this.#video);
      if (turn !== this.#turn) return;
      for (const code of sightings.see(codes, performance.now())) {
        this.#flash();
        this.#found(code);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  #flash() {
    this.#dialog.classList.remove("has-read");
    void this.#dialog.offsetWidth; // begins the animation anew
    this.#dialog.classList.add("has-read");
  }

  #track() {
    return this.#stream.getVideoTracks()[0];
  }

  #light() {
    const isOn = !this.#track().getSettings().torch;
    this.#track().applyConstraints({ advanced: [{ torch: isOn }] });
  }

  #fail(error) {
    const why = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none", NotReadableError: "taken" };
    stop(this.#stream);
    this.#stream = null;
    this.#say(window.isSecureContext ? (why[error.name] ?? "failed") : "insecure");
    if (!why[error.name] && window.isSecureContext) console.warn(error);
  }

  /** One of the words of the dialog; its state is what the screen looks like. */
  #say(name) {
    const place = this.#dialog.querySelector("[data-camera-word]");
    this.#dialog.dataset.state = name;
    place.textContent = this.#dialog.querySelector(`[data-word="${name}"]`).textContent;
  }

  #clear() {
    this.#dialog.querySelector("#photo")?.replaceChildren();
  }

  /** A photo is read by the server, and a person presses what it found. */
  async #photo(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    this.#clear();
    const before = this.#dialog.dataset.state;
    this.#say("reading");
    try {
      const html = await send(await smaller(file));
      const found = new DOMParser().parseFromString(html, "text/html");
      const message = found.querySelector("[data-message]")?.dataset.message;
      if (message) this.#tell(message);
      else if (found.querySelector("#photo")) this.#dialog.querySelector("#photo").replaceWith(found.querySelector("#photo"));
      else throw new Error("no answer of ours");
      this.#say(before);
      this.#dialog.querySelector("#photo [data-scan]")?.scrollIntoView({ block: "nearest" });
    } catch {
      this.#say("unsent");
    }
  }

  #tell(message) {
    const line = document.createElement("p");
    line.className = "photo-word is-error";
    line.setAttribute("role", "alert");
    line.textContent = message;
    this.#dialog.querySelector("#photo").replaceChildren(line);
  }
}

async function start() {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no camera on this page", "NotFoundError");
  const video = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** A function from the video to the codes that it shows. */
async function reader() {
  return (await ownReader()) ?? (await zxingReader());
}

async function ownReader() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const can = await BarcodeDetector.getSupportedFormats().catch(() => []);
  if (!["code_128", "ean_13", "qr_code", "data_matrix"].every((format) => can.includes(format))) return null;
  const detector = new BarcodeDetector({ formats: FORMATS.filter((format) => can.includes(format)) });
  return async (video) => (await detector.detect(video)).map(({ rawValue }) => rawValue).filter(Boolean);
}

async function zxingReader() {
  const { prepareZXingModule, readBarcodes } = await import("./vendor/zxing-wasm-3.1.4/reader/index.js");
  const locateFile = (name) => new URL(`./vendor/zxing-wasm-3.1.4/reader/${name}`, import.meta.url).href;
  await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const options = { formats: ZXING_FORMATS, tryHarder: true, textMode: "Plain", maxNumberOfSymbols: 4 };
  return async (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (!width || !height) return [];
    Object.assign(canvas.canvas, { width, height });
    canvas.drawImage(video, 0, 0, width, height);
    const symbols = await readBarcodes(canvas.getImageData(0, 0, width, height), options);
    return symbols.filter(isPlausible).map(({ text, symbologyIdentifier: aim }) => (GS1.has(aim) ? aim + text : text));
  };
}

/** As for photographs: a fence is no Code 39, and two of five count at fourteen digits. */
function isPlausible({ isValid, text, format }) {
  if (!isValid || !text) return false;
  if (format.startsWith("ITF")) return text.length === 14;
  return !/^(Code39|Codabar|Code93)/.test(format) || text.length >= 4;
}

async function send(photo) {
  for (let tried = 1; ; tried += 1) {
    const response = await fetch("/photos", { method: "POST", headers: { "HX-Request": "true" }, body: photo });
    if (response.status !== 503 || tried === TRIES) return response.text();
    const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "1", 10) || 1;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** The photo as JPEG at a size that reads well; as it is where the browser cannot open it: the server says why. */
async function smaller(file) {
  const image = await createImageBitmap(file).catch(() => null);
  if (!image || Math.max(image.width, image.height) <= LARGEST_PHOTO) return file;
  const scale = LARGEST_PHOTO / Math.max(image.width, image.height);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.width * scale, height: image.height * scale });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.9));
}
