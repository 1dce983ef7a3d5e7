// Adding a card on the account's page: the card goes to the payment provider, which keeps it.
const page = document.querySelector("[data-add-card]")
const { clientSecret, publishableKey, apiBase, isStandIn, done } = page.dataset
const button = page.querySelector("[data-save]")
const trouble = page.querySelector("[data-trouble]")
const { mountSetup } = await (isStandIn === undefined ? import("stripe-element") : import("till"))
const form = mountSetup(page.querySelector("[data-card]"), {
  clientSecret,
  publishableKey,
  apiBase,
})

button.disabled = false
button.addEventListener("click", async () => {
  button.disabled = true
  trouble.textContent = ""
  const { status, error } = await form.confirm({ returnUrl: new URL(done, location.href).href })
  if (status === "succeeded") return location.replace(done)
  button.disabled = false
  trouble.textContent = error?.message ?? "The card was not saved. Please try again."
})
