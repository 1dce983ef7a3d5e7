// An approved order is being captured: once that is decided, the server draws the receipt.
const { waiting: token } = document.querySelector("[data-waiting]").dataset
const PAUSE = 2000 // ms

async function look() {
  const answer = await fetch(`/api/v1/orders/${token}/`).catch(() => null)
  const order = answer?.ok ? await answer.json() : null
  if (order && order.status !== "authorized") location.reload()
  else setTimeout(look, PAUSE)
}

setTimeout(look, PAUSE)
