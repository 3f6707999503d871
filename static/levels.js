/** Draws how loud streams are, as custom properties of one element; nothing leaves the browser. */
export class Levels {
  constructor(element) {
    this.element = element;
    this.context = new AudioContext();
    this.taps = [];
  }

  watch(property, stream) {
    const analyser = this.context.createAnalyser();
    analyser.fftSize = 512;
    this.context.createMediaStreamSource(stream).connect(analyser);
    this.taps.push({ property, analyser, samples: new Float32Array(analyser.fftSize), level: 0 });
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    for (const tap of this.taps) {
      tap.analyser.getFloatTimeDomainData(tap.samples);
      const power = tap.samples.reduce((sum, sample) => sum + sample * sample, 0) / tap.samples.length;
      tap.level = Math.max(Math.min(1, Math.sqrt(power) * 5), tap.level * 0.88);
      this.element?.style.setProperty(tap.property, tap.level.toFixed(3));
    }
    this.frame = requestAnimationFrame(() => this.draw());
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.taps.forEach((tap) => this.element?.style.removeProperty(tap.property));
    this.context.close();
  }
}
