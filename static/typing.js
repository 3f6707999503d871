// A call that begins in writing: silent until the caller allows the microphone.

import { openChosenMicrophone, speakInto } from "devices";

/** A stream with one track without sound. */
function silentStream() {
  const context = new AudioContext();
  const { stream } = context.createMediaStreamDestination();
  const [track] = stream.getAudioTracks();
  const stop = track.stop.bind(track);
  track.stop = () => {
    stop();
    context.close();
  };
  return stream;
}

/** Start a call with these words; `onTaken` is called when it took them.
 *  @param {string} text @param {() => void} onTaken */
export function startTyping(bridge, text, onTaken) {
  bridge.opening = { text, onTaken };
  bridge.start(false, true);
}

/** Let the call go live without a microphone, and take one when the browser has it allowed.
 *  @param {import("peer").Call} call */
export async function attachSilence(bridge, call) {
  call.microphone = silentStream();
  await bridge.sendMicrophone(call);
  const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
  let asked = false; // a change that is told late must not open it twice
  const speak = async () => {
    if (asked || call !== bridge.call || permission?.state !== "granted") return;
    asked = true;
    await openChosenMicrophone(() => {}).then((stream) => speakInto(bridge, stream), () => {});
  };
  if (permission) permission.onchange = speak;
  if (permission?.state !== "granted") bridge.notice("microphone_none");
  await speak();
}

/** Say what the call was started with, now that it is live. */
export function sayOpening(bridge) {
  const { opening } = bridge;
  bridge.opening = null;
  if (opening && bridge.say(opening.text)) opening.onTaken();
}
