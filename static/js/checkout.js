// The till's page: delivery and tax follow the country, so that the total shown is the one charged.
import { ask } from "api"
import { money } from "money"
import { drawTotals } from "shop/totals"

const form = document.querySelector("[data-checkout]")
const { checkout: shop, currency } = form.dataset
const { country, seen } = form.elements
const language = document.documentElement.lang || "en"
const button = form.querySelector("[data-sums] ~ button")
let asked = 0

async function requote() {
  const mine = (asked += 1)
  button.disabled = true
  const { data } = await ask("GET", `bags/${shop}/?country=${encodeURIComponent(country.value)}`)
  if (mine !== asked) return
  button.disabled = false
  if (!data) return // the server looks at the total again in any case
  seen.value = data.total
  drawTotals(form, data, (amount) => money(amount, currency, language))
  country.setCustomValidity(data.is_delivered ? "" : "This shop does not deliver there.")
  country.reportValidity()
}

country.addEventListener("change", requote)
