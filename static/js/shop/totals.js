// Items, discount, delivery, tax, total: what is paid, always shown before the last tap.
import { fill } from "fill"

// 1900 → "19 %": rates are hundredths of a percent.
export const rate = (hundredths) => `${hundredths / 100} %`

// `sums`: a quote or an order. What is not there is not told: its row goes with its amount.
export function drawTotals(root, sums, money) {
  const { discount, tax, is_tax_included: isIncluded } = sums
  fill(root, {
    items: money(sums.items_total),
    code: (discount && (sums.coupon ?? sums.coupon_code)) || null,
    discount: discount ? `−${money(discount)}` : null,
    place: sums.zone ? ` · ${sums.zone}` : null,
    shipping: sums.shipping ? money(sums.shipping) : "Free",
    rate: rate(sums.tax_rate ?? 0),
    tax: tax && !isIncluded ? money(tax) : null,
    total: money(sums.total),
    contained: tax && isIncluded ? money(tax) : null,
  })
}
