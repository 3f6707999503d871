// One attempt to hold a call: its peer connection, its channel, and what it holds on to.

import { maySleep } from "wake_lock";

/** What of a call needs neither microphone nor network; made while the page is idle, so the click need not wait. */
export function preparePeer(withChannel) {
  const pc = new RTCPeerConnection();
  const channel = withChannel ? pc.createDataChannel("oai-events") : null; // none in a call the server controls
  const { sender } = pc.addTransceiver("audio", { direction: "sendrecv" });
  return { pc, channel, sender, offer: pc.createOffer() };
}

export const isOpen = ({ channel, pc }) => (channel ? channel.readyState === "open" : pc.connectionState === "connected");

/** Let go of the attempt; the microphone may go on into the next one. */
export function release(call, { keepMicrophone = false } = {}) {
  maySleep();
  clearTimeout(call.timer);
  clearTimeout(call.predialTimer);
  call.abort.abort();
  if (call.channel) call.channel.onopen = call.channel.onmessage = call.channel.onclose = null;
  call.pc.onconnectionstatechange = call.pc.ontrack = null;
  if (!keepMicrophone) call.microphone?.getTracks().forEach((track) => track.stop());
  call.levels?.close();
  call.channel?.close();
  call.pc.close();
}
