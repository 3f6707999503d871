const LEVEL_SAMPLES = 512; // the latest ones tell how loud it is
const SAMPLES = 2048;
const QUIET = 0.02; // of the level; less is no sound
const RESTING_MS = 60; // between two looks while all is quiet: a page that draws every frame paints its text later

const SHOWN = { caller_speaking: "--mic", agent_speaking: "--voice" }; // which level the circle follows in which state

const painters = new Set();

/** Have `paint` called once a frame with the latest samples by property, `{}` when nothing is heard any more;
 *  returns what ends that. */
export function paintWith(paint) {
  painters.add(paint);
  return () => painters.delete(paint);
}

/** Draws how loud streams are, as custom properties of one element; nothing leaves the browser. */
export class Levels {
  constructor(element) {
    this.element = element;
    this.context = new AudioContext();
    this.taps = new Map();
  }

  watch(property, stream) {
    this.taps.get(property)?.source.disconnect();
    const analyser = this.context.createAnalyser();
    analyser.fftSize = SAMPLES;
    const source = this.context.createMediaStreamSource(stream);
    source.connect(analyser);
    this.taps.set(property, { source, analyser, samples: new Float32Array(SAMPLES), level: 0, drawn: -1 });
    if (!this.timer && !this.frame) this.draw();
  }

  draw() {
    const heard = {};
    for (const [property, tap] of this.taps) {
      tap.analyser.getFloatTimeDomainData(tap.samples);
      heard[property] = tap.samples;
      tap.level = settled(Math.max(loudness(tap.samples), tap.level * 0.88));
      if (this.shows(property) && tap.level !== tap.drawn)
        this.element.style.setProperty(property, (tap.drawn = tap.level).toFixed(3));
    }
    painters.forEach((paint) => paint(heard));
    this.plan();
  }

  /** Any level, unless the element is the circle, which follows one at a time. */
  shows(property) {
    const state = this.element?.dataset.state;
    return this.element && (state === undefined || SHOWN[state] === property);
  }

  /** Every frame while something that is drawn sounds. */
  plan() {
    this.frame = this.timer = null;
    const moves = ([property, tap]) => tap.level > 0 && (painters.size > 0 || this.shows(property));
    if ([...this.taps].some(moves)) this.frame = requestAnimationFrame(() => this.draw());
    else this.timer = setTimeout(() => this.draw(), RESTING_MS);
  }

  close() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    for (const property of this.taps.keys()) this.element?.style.removeProperty(property);
    painters.forEach((paint) => paint({}));
    this.context.close();
  }
}

const settled = (level) => (level < QUIET ? 0 : level);

export function loudness(samples) {
  let power = 0;
  for (let at = samples.length - LEVEL_SAMPLES; at < samples.length; at++) power += samples[at] ** 2;
  return Math.min(1, Math.sqrt(power / LEVEL_SAMPLES) * 5);
}
