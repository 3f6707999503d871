"""Comparison for the engine: plain aiortc that sends its input back, which shows the transport's cost."""

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from playwright.sync_api import Page

from tests.fakes.loop_thread import LoopThread

OFFER = """
async () => {
  const peer = (window.benchEcho = new RTCPeerConnection());
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const audio = new Audio(); // Chromium decodes nothing that no element plays
  peer.ontrack = ({ track }) => (audio.srcObject = new MediaStream([track])) && audio.play();
  peer.addTrack(stream.getAudioTracks()[0], stream);
  await peer.setLocalDescription(await peer.createOffer());
  return peer.localDescription.sdp;
}
"""
ACCEPT = """
async (sdp) => {
  const connected = new Promise((resolve) => {
    benchEcho.onconnectionstatechange = () => benchEcho.connectionState === "connected" && resolve();
  });
  await benchEcho.setRemoteDescription({ type: "answer", sdp });
  await connected;
}
"""


class Echo:
    """Peer of one page, in a loop of its own."""

    def __init__(self) -> None:
        self._thread = LoopThread("echo")

    def connect(self, page: Page) -> None:
        """Send the page its own microphone."""
        answer = self._thread.run(self._answer(page.evaluate(OFFER)))
        page.evaluate(ACCEPT, answer)

    def stop(self) -> None:
        self._thread.run(self._peer.close())
        self._thread.stop()

    async def _answer(self, offer: str) -> str:
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._peer.on("track", self._send_back)
        await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        return str(self._peer.localDescription.sdp)

    def _send_back(self, track: MediaStreamTrack) -> None:
        self._peer.addTrack(track)
