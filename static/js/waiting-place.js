// A place in the line: the number counts down by itself; another state is drawn by the server.
const page = document.querySelector("[data-place]")
const { place: token, status } = page.dataset
const number = page.querySelector("[data-number]")
const news = page.querySelector("[data-news]")
const PAUSE = 8000 // ms

async function look() {
  const answer = await fetch(`/api/v1/waiting/${token}/`).catch(() => null)
  const place = answer?.ok ? await answer.json() : null
  if (place && place.status !== status) location.reload()
  else {
    if (place && number) count(place.ahead + 1)
    setTimeout(look, PAUSE)
  }
}

function count(now) {
  if (number.textContent === String(now)) return
  number.textContent = now
  news.textContent = `You are number ${now} in line`
}

setTimeout(look, PAUSE)
