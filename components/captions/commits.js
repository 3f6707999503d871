// Ends utterances for recognisers that write while somebody speaks and do not look for silence themselves.

import { commit } from "last_words";

const METER = "/static/loudness_meter.js";
const LOOK_MS = 250; // for a call that began or took another sound
const SPEECH = 0.01; // of full scale, the mean of a tenth of a second
const SILENCE_MS = 700;
const LONGEST_MS = 12000;

/** Decides from how loud it is: `hear(level, now)` says whether the utterance is over. Speech that is too quiet to
 *  be told from noise is committed by the clock alone. */
export class Utterance {
  constructor() {
    this.beganAt = this.heardAt = null;
  }

  hear(level, now) {
    if (level > 0) this.beganAt ??= now;
    if (level >= SPEECH) {
      if (this.heardAt === null) this.beganAt = now;
      this.heardAt = now;
    }
    if (this.beganAt === null) return false;
    const isSilent = this.heardAt !== null && now - this.heardAt >= SILENCE_MS;
    if (!isSilent && now - this.beganAt < LONGEST_MS) return false;
    this.beganAt = this.heardAt = null;
    return true;
  }
}

/** Watches the call of a page, whichever it is, and commits over its channel; returns what ends that.
 *  @param bridge gives the page's half of `webrtc.js`, which may not be there yet */
export function commitUtterances(bridge) {
  let listener = null;
  const timer = setInterval(() => {
    const { call: present } = bridge();
    const call = present?.live ? present : null;
    if (listener?.stream === call?.microphone) return;
    listener?.context.close();
    listener = call && listenTo(call.microphone, () => commit(bridge().call));
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
    listener?.context.close();
  };
}

function listenTo(stream, onOver) {
  const context = new AudioContext();
  measure(context, stream, onOver);
  return { stream, context };
}

async function measure(context, stream, onOver) {
  await context.audioWorklet.addModule(METER);
  if (context.state === "closed") return;
  const utterance = new Utterance();
  const meter = new AudioWorkletNode(context, "loudness-meter");
  meter.port.onmessage = ({ data: [level, now] }) => utterance.hear(level, now) && onOver();
  context.createMediaStreamSource(stream).connect(meter);
  meter.connect(context.destination); // silence; what leads nowhere is not measured
}
