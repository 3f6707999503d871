// Tells how loud a stream was, the whole of it, ten times a second: on the thread of the sound, which no browser
// slows down in a hidden tab as it does timers.

const TOLD_SECONDS = 0.1;

class LoudnessMeter extends AudioWorkletProcessor {
  power = 0;
  frames = 0;
  /** `[root of the mean power, time in ms]` through the port. */
  process([channels]) {
    for (const sample of channels[0] ?? []) this.power += sample ** 2;
    this.frames += channels[0]?.length ?? 128;
    if (this.frames >= TOLD_SECONDS * sampleRate) {
      this.port.postMessage([Math.sqrt(this.power / this.frames), currentTime * 1000]);
      this.power = this.frames = 0;
    }
    return true;
  }
}

registerProcessor("loudness-meter", LoudnessMeter);
