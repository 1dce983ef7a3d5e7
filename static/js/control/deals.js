// Flash deals: starting one, seeing it run on every helper's screen, ending it.
import { clock } from "clock"
import { confirmed } from "control/confirm"
import { levels } from "control/levels"
import { amount, change, facts, find, page } from "control/page"
import { stage } from "control/stage"
import { minorUnits, units } from "control/typed"
import { countdown, span } from "countdown"
import { fill } from "fill"

const running = new Map() // item id → {deal, stop}
const dialog = document.querySelector("[data-deal-dialog]") // who does not host has none
const rowOf = (item) => find(`[data-item="${Number(item)}"]`)

function draw(item, rest) {
  const row = rowOf(item)
  const deal = running.get(item)?.deal
  if (!row) return
  find("[data-deal-strip]", row).hidden = !deal
  row.toggleAttribute("data-deal-runs", Boolean(deal))
  const button = find("[data-deal]", row)
  if (button) button.textContent = deal ? "End deal" : "Deal"
  if (!deal) return
  const left = levels.get("deals_left")?.[deal.deal] ?? deal.cap
  const seconds = rest ?? (Date.parse(deal.ends_at) - clock.now()) / 1000
  fill(find("[data-deal-strip]", row), {
    price: amount(deal.price),
    ends: `Ends in ${span(Math.ceil(seconds))}`,
    left: deal.cap === null ? null : `${left} of ${deal.cap} left at this price`,
    each: deal.limit_each === null ? null : `${deal.limit_each} per customer`,
  })
}

function drop(item) {
  running.get(item)?.stop()
  running.delete(item)
  draw(item)
}

function put(deal) {
  drop(deal.item)
  const entry = { deal, stop: () => {} }
  running.set(deal.item, entry)
  entry.stop = countdown(
    Date.parse(deal.ends_at),
    (rest) => {
      if (!rest.isOver) draw(deal.item)
      else if (running.get(deal.item) === entry) drop(deal.item)
    },
    clock.now,
  )
}

function clear() {
  for (const item of [...running.keys()]) drop(item)
}

export const dealHandlers = {
  "room.snapshot": ({ deals = [] }) => {
    clear()
    deals.forEach(put)
  },
  "deal.opened": ({ data }) => put(data),
  "deal.closed": ({ data }) => {
    if (running.get(data.item)?.deal.deal === data.deal) drop(data.item)
  },
  "show.ended": clear,
}

levels.watch("deals_left", () => {
  for (const item of running.keys()) draw(item)
})

async function end(row, { deal }) {
  const { isSure } = await confirmed({
    title: "End the deal?",
    text: `${find("h3", row).textContent} costs its usual price again.`,
    yes: "End deal",
  })
  if (isSure) await change("DELETE", `deals/${deal.deal}/`)
}

const tell = (words) => (find("[data-deal-trouble]", dialog).textContent = words)

function ask(row) {
  const item = Number(row.dataset.item)
  const { usual_price: usual, show_price: atShow } = facts.items.find((each) => each.item === item)
  const form = find("form", dialog)
  form.reset()
  form.elements.item.value = item
  fill(dialog, { title: find("h3", row).textContent })
  find("[data-usual]", dialog).textContent = `Less than ${amount(Math.min(usual, atShow || usual))}.`
  tell("")
  dialog.showModal()
  form.elements.price.focus()
}

function toggle(row) {
  const current = running.get(Number(row.dataset.item))
  if (current) end(row, current)
  else ask(row)
}

async function start(form) {
  const { item, price, minutes, cap, each } = form.elements
  const wanted = {
    item: Number(item.value),
    price: minorUnits(price.value, facts.currency),
    seconds: (units(minutes.value) ?? 0) * 60,
    cap: units(cap.value),
    limit_each: units(each.value),
  }
  const isEmpty = ({ value }) => !value.trim()
  if (wanted.price === null) return tell("Write a price like 19.00.")
  if (!wanted.seconds) return tell("Write how many minutes it runs.")
  if (wanted.cap === null && !isEmpty(cap)) return tell("Units are a whole number, or empty.")
  if (wanted.limit_each === null && !isEmpty(each)) return tell("Units are a whole number, or empty.")
  const button = find("[type=submit]", form)
  button.disabled = true
  if (await change("POST", "deals/", wanted, tell)) dialog.close()
  button.disabled = false
}

find("[data-items]").addEventListener("click", (event) => {
  const button = event.target.closest("[data-deal]")
  if (button) toggle(button.closest("[data-item]"))
})

document.addEventListener("keydown", (event) => {
  const isMeantElsewhere = event.target.closest("input, textarea, select, dialog, [popover]")
  if (isMeantElsewhere || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
  if (!dialog || stage.status !== "live" || event.key.toLowerCase() !== "d") return
  const row = find(".item[data-pinned]")
  if (!row || row.closest("[inert]")) return
  event.preventDefault()
  toggle(row)
})

dialog?.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return
  event.preventDefault()
  start(event.target)
})

dialog?.addEventListener("click", ({ target }) => {
  const { minutes } = target.dataset
  if (minutes) find("form", dialog).elements.minutes.value = minutes
  if (target.closest("[data-close]")) dialog.close()
})
