// Money is an integer of minor units and a currency; here it becomes text, as the server writes it.
export function money(amount, currency, language = "en") {
  const format = new Intl.NumberFormat(language, { style: "currency", currency })
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits)
}
