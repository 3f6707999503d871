// Not compiled here. WebRTC is the package github.com/stasel/WebRTC; `server` is a URL, `key` one of API_KEYS.
func send(_ url: URL, _ key: String, _ type: String, _ body: String) async throws -> Data {
    var request = URLRequest(url: url)
    (request.httpMethod, request.httpBody) = ("POST", Data(body.utf8))
    request.allHTTPHeaderFields = ["Authorization": "Bearer \(key)", "Content-Type": type]
    return try await URLSession.shared.data(for: request).0
}
struct Session: Decodable { let sessionId: String; let clientSecret: String; let callsUrl: URL }
let session = try JSONDecoder().decode(Session.self, from: await send(server.appending(path: "v1/session"), key, "application/json", "{}"))
let factory = RTCPeerConnectionFactory(), plain = RTCMediaConstraints(mandatoryConstraints: nil, optionalConstraints: nil)
let peer = factory.peerConnection(with: RTCConfiguration(), constraints: plain, delegate: nil)!
peer.add(factory.audioTrack(withTrackId: "microphone"), streamIds: ["call"])
let channel = peer.dataChannel(forLabel: "oai-events", configuration: RTCDataChannelConfiguration())  // its delegate gets the events
let offer = try await peer.offer(for: plain)
try await peer.setLocalDescription(offer)
let answer = try await send(session.callsUrl, session.clientSecret, "application/sdp", offer.sdp)
try await peer.setRemoteDescription(RTCSessionDescription(type: .answer, sdp: String(decoding: answer, as: UTF8.self)))
