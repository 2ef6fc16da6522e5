/** The quantity pad: keys on the screen, digits from the capture module. No number field, so no wheel edits it. */
import { signal } from "./feedback.js";

const LONGEST = 6; // digits: more is a barcode typed in by mistake

export class Pad {
  #dialog;
  #output;
  #refusal;
  #button = null;
  #digits = "";
  #onConfirm;

  /** onConfirm(button, quantity): the button that opened the pad, and what was keyed in. */
  constructor(dialog, onConfirm) {
    this.#dialog = dialog;
    this.#output = dialog.querySelector("[data-pad-value]");
    this.#refusal = dialog.querySelector("[data-pad-refusal]");
    this.#onConfirm = onConfirm;
    dialog.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-key]")?.dataset.key));
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /** The quantity due stands there greyed; the first digit replaces it. The number has the focus until somebody takes it. */
  open(button) {
    this.#button = button;
    this.#digits = "";
    this.#refusal.textContent = "";
    this.#dialog.show();
    this.#output.focus({ preventScroll: true });
    this.#draw();
  }

  close() {
    this.#dialog.close();
  }

  type(text) {
    this.#digits += text.replace(/\D/g, "");
    this.#draw();
  }

  erase() {
    this.#digits = this.#digits.slice(0, -1);
    this.#draw();
  }

  confirm() {
    if (this.#digits.length > LONGEST) return this.#refuse();
    const quantity = this.#digits || this.#button.dataset.quantity || "";
    if (quantity === "") return;
    const button = this.#button;
    this.close();
    this.#onConfirm(button, quantity);
  }

  #pressed(key) {
    if (key === "ok") this.confirm();
    else if (key === "back") this.erase();
    else if (key) this.type(key);
  }

  #refuse() {
    signal("error");
    this.#digits = "";
    this.#draw();
    this.#refusal.textContent = this.#refusal.dataset.words;
  }

  #draw() {
    const due = this.#button?.dataset.quantity ?? "";
    this.#output.textContent = this.#digits || due || "0";
    this.#output.classList.toggle("is-too-long", this.#digits.length > LONGEST);
    this.#output.classList.toggle("is-proposed", this.#digits === "");
  }
}
