// What the provider took back of the agent's voice is not played from the browser's own buffers either, which hold up
// to a tenth of a second of it.

/** @param {import("peer").Call} call */
export function cutVoice({ remote }, { type }) {
  const [track] = remote?.getAudioTracks() ?? [];
  if (track && type === "output_audio_buffer.cleared") track.enabled = false;
  if (track && type === "output_audio_buffer.started") track.enabled = true;
}
