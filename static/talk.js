// Whether the caller is heard, and what decides it: the mute button, or one that is held while speaking.

import { choice } from "choice";
import { reactive, watch } from "vue";

const SHORTEST_TURN_MS = 250; // a shorter press was none

export const talk = reactive({ muted: false, held: false });
let microphone = null;
let heldAt = 0;

const isHeard = () => (choice.push_to_talk ? talk.held : !talk.muted);

function open() {
  if (microphone) microphone.enabled = isHeard();
}

watch(isHeard, open, { flush: "sync" });

/** This track is the caller's from now on. */
export function listenTo(track) {
  microphone = track;
  open();
}

export function press(bridge) {
  if (talk.held) return;
  talk.held = true;
  heldAt = performance.now();
  act(bridge, "press");
}

export function release(bridge) {
  if (!talk.held) return;
  talk.held = false;
  act(bridge, performance.now() - heldAt < SHORTEST_TURN_MS ? "drop" : "release");
}

/** `press`, `release`, `drop`, `answer` or `stop_answer`: see calls/steering.py. */
export function act(bridge, action) {
  bridge.tell({ type: "guftagu.talk", action });
}

/** A call is over: the next one begins with an open microphone. */
export function rest() {
  talk.held = talk.muted = false;
}
