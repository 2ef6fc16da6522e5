/** The quantity pad: keys on the screen, digits from the capture module. No number field, so no wheel edits it. */

const LONGEST = 6; // digits

export class Pad {
  #dialog;
  #output;
  #button = null;
  #digits = "";
  #onConfirm;

  /** onConfirm(button, quantity): the button that opened the pad, and what was keyed in. */
  constructor(dialog, onConfirm) {
    this.#dialog = dialog;
    this.#output = dialog.querySelector("[data-pad-value]");
    this.#onConfirm = onConfirm;
    dialog.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-key]")?.dataset.key));
  }

  get isOpen() {
    return this.#dialog.open;
  }

  /** The quantity due stands there greyed; the first digit replaces it. */
  open(button) {
    this.#button = button;
    this.#digits = "";
    this.#dialog.show();
    this.#draw();
  }

  close() {
    this.#dialog.close();
  }

  type(text) {
    for (const digit of text) if (/^\d$/.test(digit) && this.#digits.length < LONGEST) this.#digits += digit;
    this.#draw();
  }

  erase() {
    this.#digits = this.#digits.slice(0, -1);
    this.#draw();
  }

  confirm() {
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

  #draw() {
    const due = this.#button?.dataset.quantity ?? "";
    this.#output.textContent = this.#digits || due || "0";
    this.#output.classList.toggle("is-proposed", this.#digits === "");
  }
}
