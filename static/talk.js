// Whether the caller is heard, and what decides it: the mute button, or one that is held while speaking.

import { choice } from "choice";
import { reactive, watch } from "vue";

const SHORTEST_TURN_MS = 250; // a shorter press was none
const TAIL_MS = 120; // the channel is quicker than the sound: the last syllable comes after the hand has let go

/** `held`: the button is down; `open`: what is said now is heard. */
export const talk = reactive({ muted: false, held: false, open: false });
let microphone = null;
let openedAt = 0;
let finish = null; // of a turn whose tail is on its way

const isHeard = () => (choice.push_to_talk ? talk.open : !talk.muted);

function letThrough() {
  if (microphone) microphone.enabled = isHeard();
}

watch(isHeard, letThrough, { flush: "sync" });

/** This track is the caller's from now on. */
export function listenTo(track) {
  microphone = track;
  letThrough();
}

/** What was heard before is forgotten before the microphone opens: here, or where only Python may, once it says so. */
export function press(bridge) {
  if (talk.held || !bridge.call?.live) return;
  finish?.();
  talk.held = true;
  if (tellSession(bridge, "clear")) open();
  act(bridge, "press");
}

/** From now on the caller is heard, if the button is still down. */
export function open() {
  if (!talk.held || talk.open) return;
  talk.open = true;
  openedAt = performance.now();
}

export function release(bridge) {
  if (!talk.held) return;
  const isTurn = talk.open && performance.now() - openedAt >= SHORTEST_TURN_MS;
  talk.held = talk.open = false;
  if (!isTurn) return end(bridge, "clear", "drop");
  const timer = setTimeout(() => finish?.(), TAIL_MS);
  finish = () => {
    clearTimeout(timer);
    finish = null;
    end(bridge, "commit", "release");
  };
}

function end(bridge, told, action) {
  tellSession(bridge, told);
  act(bridge, action);
}

/** Whether the browser could do it itself; in a controlled call it has no channel. */
function tellSession(bridge, what) {
  if (bridge.withChannel && bridge.call) bridge.send([{ type: `input_audio_buffer.${what}` }], bridge.call.attempt);
  return bridge.withChannel;
}

/** `press`, `release`, `drop`, `answer` or `stop_answer`: see calls/call_controls.py. */
export function act(bridge, action) {
  bridge.tell({ type: "guftagu.talk", action });
}

/** A call is over: the next one begins with an open microphone. */
export function rest() {
  finish = null;
  talk.held = talk.open = talk.muted = false;
}
