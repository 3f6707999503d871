const POST_TIMEOUT_MS = 20000;

/** Why a call could not be set up: a code of docs/architecture.md, and what else is known. */
export class CallFailure extends Error {
  constructor(reason, detail = {}) {
    super(reason);
    this.reason = reason;
    this.detail = detail;
  }
}

/** Post the offer to where the ticket says; the SDP answer, or a `CallFailure`. */
export async function postOffer({ url, headers }, body, abort) {
  const tooSlow = () => abort.abort(new CallFailure("provider_timeout"));
  const timer = setTimeout(tooSlow, POST_TIMEOUT_MS);
  try {
    const sdp = { "Content-Type": "application/sdp" };
    const response = await fetch(url, { method: "POST", headers: { ...headers, ...sdp }, body, signal: abort.signal });
    const answer = await response.text();
    if (response.status === 201 && answer.startsWith("v=0")) return answer;
    throw refusalOf(response, answer, "X-Call-Ticket" in headers);
  } catch (error) {
    throw error instanceof CallFailure ? error : new CallFailure("provider_error");
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf(response, body, relayed) {
  const retryAfter = Number(response.headers.get("Retry-After"));
  const detail = retryAfter > 0 ? { retry_after_s: retryAfter } : {};
  return new CallFailure((relayed && errorCode(body)) || reasonOfStatus(response.status), detail);
}

function errorCode(body) {
  try {
    return JSON.parse(body)?.error?.code;
  } catch {
    return null; // a proxy's page rather than our route's answer
  }
}

function reasonOfStatus(status) {
  const known = { 403: "provider_forbidden", 404: "provider_model_missing", 429: "provider_busy" };
  if (status < 400) return "provider_bad_answer";
  if (status === 408 || status === 504) return "provider_timeout";
  return known[status] ?? (status < 500 ? "offer_refused" : "provider_error");
}
