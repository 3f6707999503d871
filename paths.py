"""The HTTP paths and headers that pages name and routes serve."""

OFFER_PATH = "/calls/offer"
"""Takes the SDP offer of a page's call."""
TICKET_HEADER = "X-Call-Ticket"
"""Carries the one-use token of an offer."""
END_PATH = "/calls/end"
"""Ends a page's call without the page: a beacon."""
