// The yardstick: one step after another, and text straight into the DOM.

const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const SESSION = { type: "realtime", instructions: "Speak Urdu.", audio: { output: { voice: "verse" } } };

const find = (selector) => document.querySelector(selector);
const say = (words) => (find("[role=status]").textContent = words);

async function start() {
  say("Waiting for the microphone…");
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: AUDIO });
  say("Connecting…");
  const { url, key } = await (await fetch("/session", { method: "POST" })).json();
  const peer = new RTCPeerConnection();
  peer.ontrack = ({ streams, track }) => (find("audio").srcObject = streams[0] ?? new MediaStream([track]));
  peer.addTrack(microphone.getAudioTracks()[0], microphone);
  const channel = peer.createDataChannel("oai-events");
  channel.onopen = () => channel.send(JSON.stringify({ type: "session.update", session: SESSION }));
  channel.onmessage = ({ data }) => receive(JSON.parse(data));
  channel.onclose = () => say("Disconnected");
  await peer.setLocalDescription(await peer.createOffer());
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/sdp" };
  const response = await fetch(url, { method: "POST", headers, body: peer.localDescription.sdp });
  await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
}

function receive(event) {
  if (event.type === "session.updated") say("Listening… بولیں");
  if (event.type === "conversation.item.added") add(event.item);
  if (event.type === "response.output_audio_transcript.delta") {
    bubbles.get(event.item_id).appendData(event.delta);
    requestAnimationFrame(scroll);
  }
}

const bubbles = new Map();

function add({ id, content }) {
  const bubble = document.createElement("div");
  const text = document.createTextNode(content[0]?.text ?? "");
  bubble.dataset.itemId = id;
  bubble.append(text);
  bubbles.set(id, text);
  find("[role=log]").append(bubble);
  requestAnimationFrame(scroll);
}

function scroll() {
  find("[role=log]").scrollTop = find("[role=log]").scrollHeight;
}

find("button").addEventListener("click", start);
