// Where the sound of captions comes from: the microphone, or what a browser tab or the whole system plays.

import { plugSource } from "devices";
import { CallFailure } from "offer";

// Music and speech of others, already clean: what a microphone needs would only harm it.
const AUDIO = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
// Browsers share sound only together with a picture; the smallest one costs least.
const WANTED = { audio: AUDIO, video: { frameRate: 1 }, systemAudio: "include", selfBrowserSurface: "exclude" };

export const canShare = () => Boolean(navigator.mediaDevices?.getDisplayMedia);

/** `microphone` or `tab`, from the next start on. */
export function chooseSource(source) {
  plugSource(source === "tab" ? openShared : null);
}

/** A stream with the shared sound, or a `CallFailure`. Must begin in a click. */
async function openShared() {
  if (!canShare()) throw new CallFailure("source_unsupported");
  const stream = await navigator.mediaDevices.getDisplayMedia(WANTED).catch((error) => {
    throw new CallFailure(error.name === "NotSupportedError" ? "source_unsupported" : "source_refused");
  });
  stream.getVideoTracks().forEach((track) => track.stop()); // nobody looks at it; the sound goes on alone
  if (stream.getAudioTracks().length) return stream;
  throw new CallFailure("source_silent");
}
