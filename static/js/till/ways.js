// What the stand-in's payment form offers, what each way asks of the till, and what comes next.

// Saved cards first: one tap pays. Then a new card, then another page where the payment allows it.
export function waysToPay({ cards = [], types = ["card"] }) {
  return [
    ...cards.map(({ id, card }) => ({
      id,
      kind: "saved",
      label: `${card.brand[0].toUpperCase()}${card.brand.slice(1)} ending in ${card.last4}`,
    })),
    { id: "card", kind: "card", label: cards.length ? "Another card" : "Card" },
    ...(types.includes("klarna") ? [{ id: "later", kind: "later", label: "Pay later" }] : []),
  ]
}

// {method, confirm}: the payment method to make first (null: there is one), and what to confirm with.
export function asksOf(way, { card, isKept = false }) {
  if (way.kind === "saved") return { method: null, confirm: { payment_method: way.id } }
  if (way.kind === "later") return { method: { type: "klarna" }, confirm: {} }
  // Only a card she wants to keep is kept, and only such a card is offered again.
  if (!isKept) return { method: card, confirm: {} }
  return {
    method: { ...card, allow_redisplay: "always" },
    confirm: { setup_future_usage: "on_session" },
  }
}

// After a confirmation: "over", "ask" the shopper here, or "leave" for an address.
export function nextStep(answer) {
  if (answer.status !== "requires_action") return { step: "over" }
  const { type, redirect_to_url: redirect } = answer.next_action ?? {}
  return type === "redirect_to_url" ? { step: "leave", url: redirect.url } : { step: "ask" }
}
