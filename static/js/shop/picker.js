// One item chosen: which variant, what it costs, into the bag or straight to the till; or, if it is
// sold out, into the line for it.
import { clone, fill, show } from "fill"
import { plenty } from "shop/goods"

export function makePicker(step, { goods, money, bag, wait, onAdded, onBuy }) {
  const form = step.querySelector("form")
  const options = step.querySelector("[data-variants]")
  const trouble = step.querySelector("[data-trouble]")
  const buttons = [...form.querySelectorAll("button[type=submit]")]
  const waiting = form.querySelector("[data-wait]")
  let item = null
  let isBusy = false

  const variant = () => item?.variants.find(({ id }) => String(id) === form.elements.variant?.value)

  function open(id) {
    item = goods.item(id)
    trouble.textContent = ""
    options.replaceChildren(...item.variants.map(option))
    const first = item.variants.find((each) => goods.variantLeft(each) > 0) ?? item.variants[0]
    const radio = first && options.querySelector(`input[value="${first.id}"]`)
    if (radio) radio.checked = true
    step.querySelector("[data-variants-field]").hidden = item.variants.length < 2
    step.querySelector("[data-page]").href = item.url
    draw()
  }

  function option(each) {
    const element = clone("variant-option")
    const input = element.querySelector("input")
    input.value = each.id
    fill(element, { variant: each.title || item.title })
    const dot = element.querySelector("[data-swatch]")
    if (each.swatch) dot.style.setProperty("--swatch", each.swatch)
    else dot.remove()
    return element
  }

  function draw() {
    if (!item) return
    item = goods.item(item.item) ?? item
    for (const each of item.variants) {
      const input = options.querySelector(`input[value="${each.id}"]`)
      if (!input) continue
      const isOut = goods.variantLeft(each) === 0
      input.closest("label").toggleAttribute("data-out", isOut)
      fill(input.closest("label"), { out: isOut ? "Sold out" : null })
    }
    const chosen = variant()
    const left = chosen ? goods.variantLeft(chosen) : 0
    fill(step, {
      number: item.number,
      title: item.title,
      price: chosen && money(chosen.price),
      list: chosen && chosen.list_price > chosen.price ? money(chosen.list_price) : null,
      left: left === 0 ? "Sold out" : `${left} left`,
    })
    step.querySelector("[data-left]").dataset.stock = plenty(left)
    step.querySelector("[data-deal]").dataset.deal = item.item
    show(step.querySelector("[data-picture]"), chosen?.picture ?? item.picture)
    for (const button of buttons) {
      button.disabled = isBusy
      button.hidden = left === 0
    }
    waiting.hidden = left > 0
  }

  async function put(then) {
    const chosen = variant()
    if (!chosen || isBusy) return
    isBusy = true
    draw()
    const there = bag.quantity(chosen.id)
    const wanted = then === "buy" ? Math.max(there, 1) : there + 1
    const { words } = await bag.have(chosen.id, wanted, item.item)
    isBusy = false
    draw()
    trouble.textContent = words ?? ""
    if (words) return
    if (then === "buy") onBuy()
    else onAdded(item)
  }

  form.addEventListener("change", draw)
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    put(event.submitter?.value)
  })
  waiting.addEventListener("click", () => wait({ item, variant: variant() }))
  goods.watch(draw)

  return { open }
}
