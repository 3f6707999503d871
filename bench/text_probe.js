// Notes in either client when each delta of one reply reached the DOM and when it was painted.

// Deltas are all of one length, so the length of the bubble's text tells how many are there.
window.benchText = (selector, deltaLength) => {
  const now = () => performance.timeOrigin + performance.now();
  const inDom = [];
  const painted = [];
  const frame = new MessageChannel(); // its task runs right after the frame
  frame.port1.onmessage = ({ data: upTo }) => {
    while (painted.length < upTo) painted.push(now());
  };
  const observer = new MutationObserver(() => {
    const length = document.querySelector(selector)?.textContent.length ?? 0;
    const there = Math.floor(length / deltaLength);
    if (there <= inDom.length) return;
    while (inDom.length < there) inDom.push(now());
    requestAnimationFrame(() => frame.port2.postMessage(there));
  });
  observer.observe(document.querySelector("[role=log]"), { subtree: true, childList: true, characterData: true });
  window.benchTextSeen = () => ({ inDom, painted, text: document.querySelector(selector)?.textContent ?? "" });
};
