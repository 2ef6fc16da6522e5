/**
 * The only way a scan enters a page.
 *
 * A scanner is a keyboard that types fast (key events, whatever has focus) or an input method that
 * commits text (input events, into the focused field). Both end up in one buffer, in the order in
 * which the browser reports them. Enter, Tab or an idle gap end a code. Pace tells a scanner from a
 * person: a scanner leaves a few milliseconds between characters, a person does not.
 */

const SEPARATOR = "\u001d"; // GS1 FNC1 inside a message
const INPUT_METHOD_KEYS = new Set(["Unidentified", "Process", "Dead"]);
const SHORTEST_WITHOUT_ENTER = 3; // characters: fewer, and an idle gap alone does not make a scan
const STALE = 1000; // milliseconds: a key pressed that long before a scan is no part of it; a scanner's hiccup is
const LONGEST_QUANTITY = 6; // digits: more is a barcode

export const isTyping = (element) => Boolean(element?.closest?.("[data-typing], select, textarea"));
const isPressable = (element) => Boolean(element?.closest?.("button, a[href], summary, [role=button]"));

export class Capture {
  #field;
  #idle;
  #pace;
  #hooks;
  #burst = ""; // characters since the last gap
  #held = ""; // typed slowly by a person, waiting for Enter
  #heldAt = 0;
  #first = 0;
  #last = 0; // event times in milliseconds; never the wall clock
  #whole = false; // this burst came as one piece: an input method or the clipboard
  #ended = -Infinity;
  #timer = 0;
  #due = 0;
  #swallow = new Set(); // keys whose keyup must not press a button

  /**
   * field: the real text input outside every swapped region. idle, pace: milliseconds.
   * hooks: take(code, source, at), preview(text), choose(digit) -> bool, back(), confirm() -> bool,
   * pad() -> the open number pad {type(text), confirm(), erase(), close()} or null.
   */
  constructor(field, { idle = 100, pace = 35, ...hooks }) {
    this.#field = field;
    this.#idle = idle;
    this.#pace = pace;
    this.#hooks = hooks;
  }

  listen() {
    const field = this.#field;
    document.addEventListener("keydown", (event) => this.#keydown(event), true);
    document.addEventListener("keypress", (event) => this.#keypress(event), true);
    document.addEventListener("keyup", (event) => this.#keyup(event), true);
    document.addEventListener("paste", (event) => this.#paste(event), true);
    field.addEventListener("beforeinput", (event) => this.#beforeInput(event));
    field.addEventListener("input", (event) => event.isComposing || this.#takeField(event.timeStamp));
    field.addEventListener("compositionend", (event) => this.#takeField(event.timeStamp));
    this.#keepFocus();
    for (const event of window.earlyKeys?.take() ?? []) this.#keydown(event);
  }

  /** A code that did not come through a key: a barcode clicked on the screen, a code typed into its own box. */
  enter(code, source) {
    this.#settle();
    this.#take(code, source, performance.now());
  }

  #keydown(event) {
    if (isTyping(event.target)) return;
    if (event.isComposing || event.keyCode === 229 || INPUT_METHOD_KEYS.has(event.key)) return;
    const { key } = event;
    if (key === "Enter" || key === "Tab") return this.#terminator(event);
    if (key === "Escape") return this.#escape(event);
    if (key === "Backspace") return this.#erase(event);
    if (this.#isSeparator(event)) return this.#consume(event, SEPARATOR);
    if (event.ctrlKey && !event.getModifierState("AltGraph")) return;
    if (event.metaKey || [...key].length !== 1) return;
    if (key === " " && !this.#burst && isPressable(document.activeElement)) return;
    this.#consume(event, key);
  }

  #isSeparator(event) {
    if (event.getModifierState("AltGraph")) return false;
    if (event.ctrlKey) return event.key === "]" || event.key === SEPARATOR || event.code === "BracketRight";
    return event.altKey && [...event.key].length === 1;
  }

  #keypress(event) {
    if (isTyping(event.target) || (event.charCode !== 29 && event.which !== 29)) return;
    this.#consume(event, SEPARATOR);
  }

  #keyup(event) {
    if (this.#swallow.delete(event.key)) event.preventDefault();
  }

  #consume(event, character) {
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#swallow.add(event.key);
    this.#add(character, event.timeStamp);
  }

  #terminator(event) {
    if (this.#field.value) this.#takeField(event.timeStamp);
    const isEcho = event.timeStamp - this.#ended <= this.#idle; // CR LF: the second one ends nothing
    const hasCode = this.#burst !== "" || this.#held !== "";
    const pad = this.#hooks.pad();
    if (!hasCode && !isEcho) {
      if (event.key !== "Enter" || event.repeat || isPressable(document.activeElement)) return;
      if (pad ? (pad.confirm(), true) : this.#hooks.confirm()) event.preventDefault();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (hasCode) this.#finish(event.timeStamp, "keys");
  }

  #escape(event) {
    event.preventDefault();
    if (this.#burst || this.#held) this.#clear();
    else this.#hooks.back();
  }

  #erase(event) {
    const pad = this.#hooks.pad();
    if (this.#burst) this.#burst = this.#burst.slice(0, -1);
    else if (this.#held) this.#held = this.#held.slice(0, -1);
    else if (pad) pad.erase();
    else return;
    event.preventDefault();
    this.#preview();
  }

  #beforeInput(event) {
    if (/^insert(LineBreak|Paragraph)$/.test(event.inputType)) {
      event.preventDefault();
      this.#takeField(event.timeStamp);
      this.#finish(event.timeStamp, "text");
    } else if (!event.isComposing && /[\r\n\t]/.test(event.data ?? "")) {
      event.preventDefault(); // the field itself would swallow the line end and merge two codes
      this.#feed(event.data, event.timeStamp);
    }
  }

  #paste(event) {
    if (isTyping(event.target)) return;
    event.preventDefault();
    this.#feed(`${event.clipboardData.getData("text")}\n`, event.timeStamp);
  }

  #takeField(at) {
    const text = this.#field.value;
    this.#field.value = "";
    this.#feed(text, at);
  }

  #feed(text, at) {
    for (const part of text.split(/([\r\n\t]+)/)) {
      if (/^[\r\n\t]/.test(part)) this.#finish(at, "text");
      else if (part) {
        this.#add(part, at);
        this.#whole ||= part.length > 1;
      }
    }
  }

  #add(text, at) {
    if (this.#burst && at - this.#last > this.#idle) this.#settle();
    if (!this.#burst) this.#first = at;
    if (text !== SEPARATOR || !this.#burst.endsWith(SEPARATOR)) this.#burst += text;
    this.#last = at;
    this.#preview();
    clearTimeout(this.#timer);
    this.#due = performance.now() + this.#idle;
    this.#timer = setTimeout(() => this.#idled(), this.#idle);
  }

  /** A late timer means that the page was busy: keys may be waiting behind it, so they go first. */
  #idled() {
    if (performance.now() - this.#due <= this.#idle / 2) return this.#settle();
    this.#due = performance.now() + this.#idle;
    this.#timer = setTimeout(() => this.#idled(), this.#idle);
  }

  #isScannerPaced() {
    const gaps = [...this.#burst].length - 1;
    return this.#whole || (gaps > 0 && (this.#last - this.#first) / gaps <= this.#pace);
  }

  /** An idle gap: a scan without a terminator, or a person who types. */
  #settle() {
    const burst = this.#burst;
    if (!burst) return;
    const pad = this.#hooks.pad();
    if (this.#isScannerPaced() && (this.#whole || burst.length >= SHORTEST_WITHOUT_ENTER)) {
      this.#clear();
      this.#take(burst, "keys", this.#last);
    } else if (pad) {
      this.#clear();
      pad.type(burst);
    } else if (!this.#held && /^[1-9]$/.test(burst) && this.#hooks.choose(Number(burst))) {
      this.#clear();
    } else {
      const held = this.#held + burst;
      this.#clear();
      this.#held = held;
      this.#heldAt = this.#last;
      this.#preview();
    }
  }

  #finish(at, source) {
    if (this.#burst && at - this.#last > this.#idle) this.#settle();
    const burst = this.#burst;
    const isScanner = this.#isScannerPaced();
    const isStray = isScanner && burst.length > SHORTEST_WITHOUT_ENTER && this.#first - this.#heldAt > STALE;
    const code = isStray ? burst : this.#held + burst;
    const pad = this.#hooks.pad();
    this.#clear();
    this.#ended = at;
    if (!pad) return code && this.#take(code, source, at);
    if (code && (isScanner || code.length > LONGEST_QUANTITY || /\D/.test(code))) return this.#take(code, source, at);
    if (code) pad.type(code);
    pad.confirm();
  }

  #take(code, source, at) {
    if (code.trim()) this.#hooks.take(code, source, at);
  }

  #clear() {
    clearTimeout(this.#timer);
    this.#burst = "";
    this.#held = "";
    this.#whole = false;
    this.#preview();
  }

  #preview() {
    this.#hooks.preview(this.#held + this.#burst);
  }

  /** An input method types only into a focused field, so a tap on a button must not take the focus away. */
  #keepFocus() {
    const claim = () => {
      const active = document.activeElement;
      if (!active || active === document.body) this.#field.focus({ preventScroll: true });
    };
    document.addEventListener("mousedown", (event) => {
      if (isTyping(event.target) || event.target.closest("label, input")) return;
      event.preventDefault();
      if (isTyping(document.activeElement)) return;
      this.#field.focus({ preventScroll: true });
    });
    document.addEventListener("focusout", () => setTimeout(claim, 0));
    window.addEventListener("focus", claim);
    window.addEventListener("pageshow", claim);
    document.addEventListener("trueshelf:swapped", claim);
    claim();
  }
}
