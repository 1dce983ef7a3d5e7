// What is missing before air.
import { facts, find } from "studio/page"
import { format } from "studio/recorder"

const sellable = facts.items.filter(
  ({ variants }) => variants.length && variants.some(({ left }) => left > 0),
)
export const checks = {
  camera: false,
  sound: false,
  items: facts.items.length > 0 && sellable.length === facts.items.length,
  line: Boolean(format()),
}

export function drawChecks() {
  for (const [name, isOk] of Object.entries(checks)) {
    find(`[data-check="${name}"]`).dataset.ok = isOk ? "yes" : "no"
  }
  const lacking = facts.items.length - sellable.length
  const words = facts.items.length
    ? `Items with price and stock (${sellable.length} of ${facts.items.length})`
    : "The line-up is empty"
  const verdict = lacking ? `${words}: ${lacking} cannot be bought` : words
  find('[data-check="items"]').textContent = verdict
}
