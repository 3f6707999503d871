// A ticket held while nobody calls, so that the next click need not ask for one.

const READY_MS = 50000; // it lives a minute

export class TicketPrefetch {
  /** `ask` asks for one; what comes goes to `keep`. */
  constructor(ask) {
    this.ask = ask;
    this.ticket = null;
  }

  renew() {
    clearTimeout(this.timer);
    this.ticket = null;
    this.askedAt = Date.now(); // unlike performance.now() it goes on while a laptop sleeps
    this.ask();
    this.timer = setTimeout(() => this.renew(), READY_MS);
  }

  keep(ticket) {
    this.ticket = ticket;
  }

  /** The ticket, if it is still good; a call begins, so no other one is asked for. */
  take() {
    clearTimeout(this.timer);
    const { ticket } = this;
    this.ticket = null;
    return Date.now() - this.askedAt < READY_MS ? ticket : null;
  }
}
