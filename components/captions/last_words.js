// Stop on captions: the microphone is off at once, and what was said until then is still written down.
// calls/channels/last_words.py says when that is done.

const UNDERWAY_MS = 200; // sound on its way may be slower than the event behind it
const LONGEST_MS = 3000;

/** A second press ends it at once. */
export function stopListening(bridge) {
  const { call } = bridge;
  if (!call?.live || call.finishing || call.channel.readyState !== "open") return bridge.stop();
  call.finishing = true;
  call.microphone.getTracks().forEach((track) => track.stop());
  bridge.phase("finishing");
  const isStill = () => bridge.call?.microphone === call.microphone; // though it was dialled again
  setTimeout(() => isStill() && commit(bridge.call), UNDERWAY_MS);
  setTimeout(() => isStill() && bridge.stop(), LONGEST_MS);
}

/** What was heard so far is an utterance.
 *  @param {?import("peer").Call} call */
export function commit(call) {
  if (call?.channel.readyState === "open") call.channel.send(JSON.stringify({ type: "input_audio_buffer.commit" }));
}
