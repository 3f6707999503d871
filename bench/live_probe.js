// Notes in either client when it was clicked, when its microphone was attached and when its live status was painted.

const LIVE = "بولیں";

window.benchLive = new Promise((resolve) => {
  const times = {};
  const note = (name, at = performance.now()) => {
    times[name] ??= at;
    if (times.attached && times.painted) resolve(times);
  };
  addEventListener("click", (event) => note("clicked", event.timeStamp), true);

  const { replaceTrack } = RTCRtpSender.prototype;
  RTCRtpSender.prototype.replaceTrack = async function (track) {
    await replaceTrack.call(this, track);
    if (track) note("attached");
  };
  const { addTrack } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addTrack = function (...tracks) {
    const sender = addTrack.apply(this, tracks);
    note("attached");
    return sender;
  };

  const painted = new MessageChannel(); // its task runs right after the frame
  painted.port1.onmessage = () => note("painted");
  const observer = new MutationObserver(() => {
    if (!document.querySelector("[role=status]")?.textContent.includes(LIVE)) return;
    observer.disconnect();
    requestAnimationFrame(() => painted.port2.postMessage(null));
  });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
});
