"""Sound in and out: WebRTC, WebSocket, codecs."""
