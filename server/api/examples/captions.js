const send = (url, key, type, body) => fetch(url, { method: "POST", body, headers: { Authorization: `Bearer ${key}`, "Content-Type": type } });
const wanted = JSON.stringify({ type: "transcription", language: "en" });
const { clientSecret, callsUrl } = await (await send(`${server}/v1/token`, key, "application/json", wanted)).json();
const peer = new RTCPeerConnection(), channel = peer.createDataChannel("oai-events");
peer.addTrack((await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks()[0]);
channel.onmessage = ({ data }) => document.body.append(JSON.parse(data).transcript ?? "", " ");
await peer.setLocalDescription();
await peer.setRemoteDescription({ type: "answer", sdp: await (await send(callsUrl, clientSecret, "application/sdp", peer.localDescription.sdp)).text() });
