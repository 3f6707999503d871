// Notes when the page gives a lost path up, which is when it makes another peer connection, and when it is live again.

const LIVE = "بولیں";

window.benchRedial = () =>
  new Promise((resolve) => {
    const Peer = window.RTCPeerConnection;
    let gaveUpAt = null;
    window.RTCPeerConnection = class extends Peer {
      constructor(...settings) {
        super(...settings);
        gaveUpAt ??= performance.now();
      }
    };
    const status = document.querySelector("[role=status]");
    const observer = new MutationObserver(() => {
      if (gaveUpAt === null || !status.textContent.includes(LIVE)) return;
      observer.disconnect();
      window.RTCPeerConnection = Peer;
      resolve(performance.now() - gaveUpAt);
    });
    observer.observe(status, { subtree: true, childList: true, characterData: true });
  });
