// An order whose payment is being checked or captured: once that is decided, the server draws it
// anew.
const { dataset } = document.querySelector("[data-waiting]")
const { waiting: token, status: drawn, from, now } = dataset
const PAUSE = 2000 // ms
const LONGEST = 10_000
let pause = PAUSE

async function look() {
  const answer = await fetch(`/api/v1/orders/${token}/`).catch(() => null)
  const order = answer?.ok ? await answer.json() : null
  const isRefused = drawn === "pending" && order?.payment.refusal
  // Without what a bank's way back wrote into the address.
  if (order && (order.status !== drawn || isRefused)) return location.replace(location.pathname)
  pause = Math.min(pause * 1.1, LONGEST)
  setTimeout(look, pause)
}

// Until it may be taken back, nothing is captured: there is nothing to see yet.
setTimeout(look, Math.max(PAUSE, from ? Date.parse(from) - Date.parse(now) : 0))
