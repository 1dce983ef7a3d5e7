"""A small, stateful stand-in for Stripe, spoken to over HTTP only; standard library, no Django."""
