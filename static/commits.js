// Ends utterances for recognisers that write while somebody speaks and do not look for silence themselves.

import { loudness } from "levels";

const TICK_MS = 100; // a timer, not a frame: the page may be behind the tab whose sound it writes down
const SPEECH = 0.05; // of `loudness`
const SILENCE_MS = 700;
const LONGEST_MS = 12000;
const SAMPLES = 2048;

/** Decides from how loud it is: `hear(level, now)` says whether the utterance is over. */
export class Utterance {
  constructor() {
    this.beganAt = this.heardAt = null;
  }

  hear(level, now) {
    if (level >= SPEECH) {
      this.heardAt = now;
      this.beganAt ??= now;
    }
    if (this.beganAt === null) return false;
    if (now - this.heardAt < SILENCE_MS && now - this.beganAt < LONGEST_MS) return false;
    this.beganAt = this.heardAt = null;
    return true;
  }
}

/** Watches the call of a page, whichever it is, and commits over its channel; returns what ends that.
 *  @param bridge gives the page's half of `webrtc.js`, which may not be there yet */
export function commitUtterances(bridge) {
  let ear = null;
  const timer = setInterval(() => {
    const { call: present } = bridge();
    const call = present?.live ? present : null;
    if (ear?.stream !== call?.microphone) {
      ear?.context.close();
      ear = call && listenTo(call.microphone);
    }
    if (call?.channel.readyState === "open" && ear.isOver()) call.channel.send(JSON.stringify({ type: "input_audio_buffer.commit" }));
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    ear?.context.close();
  };
}

function listenTo(stream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = SAMPLES;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(SAMPLES);
  const utterance = new Utterance();
  const isOver = () => {
    analyser.getFloatTimeDomainData(samples);
    return utterance.hear(loudness(samples), performance.now());
  };
  return { stream, context, isOver };
}
