// "Test my microphone": a microphone of its own for as long as the test runs, given back after it.

import { openChosenMicrophone } from "devices";
import { Levels, loudness, paintWith } from "levels";

const LEVEL = "--level";
const LOUD = 0.15;

export class MicrophoneTest {
  constructor({ onChange, onHeard }) {
    this.onChange = onChange;
    this.onHeard = onHeard;
    this.wanted = 0;
  }

  /** Let `element` follow the level; or a `CallFailure`. */
  async start(element) {
    this.stop();
    const wanted = ++this.wanted;
    const stream = await openChosenMicrophone();
    if (wanted !== this.wanted) return stream.getTracks().forEach((track) => track.stop());
    this.stream = stream;
    this.levels = new Levels(element);
    this.levels.watch(LEVEL, stream);
    this.unpaint = paintWith((heard) => heard[LEVEL] && loudness(heard[LEVEL]) > LOUD && this.onHeard());
    this.onChange(true);
  }

  stop() {
    this.wanted++;
    if (!this.stream) return;
    this.unpaint();
    this.levels.close();
    this.stream.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.onChange(false);
  }
}
