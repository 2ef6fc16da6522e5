/** What the worker hears and feels: a tick at the trigger, then the verdict. Sight is the template's part. */

// frequency in Hz, start and length in seconds. Four verdicts that nobody mixes up in a loud hall: one high
// note, two low buzzes, two notes up, four notes up; a warning is two equal notes; the tick is barely there.
const SOUNDS = {
  tick: { shape: "sine", volume: 0.15, notes: [[2200, 0, 0.02]] },
  ok: { shape: "sine", volume: 0.5, notes: [[1320, 0, 0.09]] },
  error: { shape: "sawtooth", volume: 0.6, notes: [[180, 0, 0.22], [140, 0.28, 0.34]] },
  warned: { shape: "square", volume: 0.35, notes: [[620, 0, 0.12], [620, 0.2, 0.12]] },
  line: { shape: "sine", volume: 0.5, notes: [[880, 0, 0.09], [1320, 0.1, 0.16]] },
  task: { shape: "triangle", volume: 0.6, notes: [[660, 0, 0.1], [880, 0.11, 0.1], [1100, 0.22, 0.1], [1320, 0.33, 0.3]] },
};

const VIBRATIONS = { // milliseconds on, off, on, ...
  tick: [15],
  ok: [40],
  error: [200, 80, 200],
  warned: [90, 60, 90],
  line: [40, 40, 80],
  task: [60, 40, 60, 40, 160],
};

let audio = null;

export function signal(kind) {
  document.documentElement.dispatchEvent(new CustomEvent("trueshelf:signal", { bubbles: true, detail: kind }));
  if (document.documentElement.dataset.sound !== "off") play(SOUNDS[kind]);
  if (document.documentElement.dataset.vibrate !== "off") navigator.vibrate?.(VIBRATIONS[kind]);
}

function play({ shape, volume, notes }) {
  if (!globalThis.AudioContext) return;
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume(); // browsers stay silent until the first key or tap
  for (const [frequency, start, length] of notes) {
    const from = audio.currentTime + start;
    const tone = new OscillatorNode(audio, { type: shape, frequency });
    const gain = new GainNode(audio, { gain: volume });
    gain.gain.setValueAtTime(volume, from + length * 0.7);
    gain.gain.exponentialRampToValueAtTime(0.001, from + length); // no click at the end
    tone.connect(gain).connect(audio.destination);
    tone.start(from);
    tone.stop(from + length);
  }
}

/** Which sound an answer makes: what is finished counts for more than what was merely right. */
export function soundOf(answer, before) {
  if (answer.outcome === "refused") return "error";
  if (answer.outcome === "warned") return "warned";
  if (answer.status === "done" && before?.status !== "done") return "task";
  if (Number(answer.doneLines) > Number(before?.doneLines ?? answer.doneLines)) return "line";
  return "ok";
}
