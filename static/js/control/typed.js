// What a host types, as numbers; null where it cannot be one.

// "19.00" or "19,5" → minor units of the currency; finer than it can be is no amount.
export function minorUnits(text, currency) {
  const parts = /^(\d{1,9})(?:[.,](\d{1,4}))?$/.exec(text.trim())
  if (!parts) return null
  const format = new Intl.NumberFormat("en", { style: "currency", currency })
  const places = format.resolvedOptions().maximumFractionDigits
  const [, whole, fraction = ""] = parts
  if (/[1-9]/.test(fraction.slice(places))) return null
  return Number(whole + fraction.slice(0, places).padEnd(places, "0"))
}

// "12" → 12; nothing typed → null, too: no limit.
export function units(text) {
  return /^\d{1,7}$/.test(text.trim()) ? Number(text) : null
}
