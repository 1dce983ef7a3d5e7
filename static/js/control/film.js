// A finished film, sent slice by slice: a line that breaks goes on where it was.
const RETRIES = [1000, 2000, 5000, 10_000, 20_000, 30_000] // ms

export function sendFilm(form) {
  const address = form.dataset.film
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value
  const file = form.querySelector("input[type=file]")
  const submit = form.querySelector("[type=submit]")
  const stop = form.querySelector("[data-stop]")
  const sent = form.querySelector("[data-sent]")
  const word = form.querySelector("[data-film-word]")
  const trouble = form.querySelector("[data-film-trouble]")
  let stopping = null

  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    stopping = new AbortController()
    tell("", "Sending…")
    draw(true)
    try {
      await send(file.files[0])
      location.reload()
    } catch (refusal) {
      tell(stopping.signal.aborted ? "" : refusal.message, "")
      draw(false)
    }
  })
  stop.addEventListener("click", () => stopping.abort())

  async function send(film) {
    const size = new URLSearchParams({ size: film.size })
    const { ticket, slice } = await ask("POST", {}, size)
    for (let number = 0; number * slice < film.size; number += 1) {
      const end = Math.min(film.size, (number + 1) * slice)
      await ask("PUT", { ticket, slice: number }, film.slice(number * slice, end))
      sent.value = (100 * end) / film.size
      tell("", `${Math.floor(sent.value)} % of ${Math.ceil(film.size / 1024 ** 2)} MB sent`)
    }
    await ask("POST", { ticket })
  }

  // Refusals end it; a line that is down, or a server that restarts, is waited for.
  async function ask(method, query, body) {
    for (let failures = 0; ; failures += 1) {
      let answer
      try {
        answer = await fetch(`${address}?${new URLSearchParams(query)}`, {
          method,
          body,
          headers: { "X-CSRFToken": token },
          signal: stopping.signal,
        })
        if (answer.ok) return await answer.json()
      } catch (error) {
        if (stopping.signal.aborted) throw error
      }
      if (answer && answer.status < 500) throw new Error(await words(answer))
      if (failures >= RETRIES.length) throw new Error("The line is down. Please try again later.")
      tell("", "The line is slow or down; it goes on by itself.")
      await new Promise((done) => setTimeout(done, RETRIES[failures]))
    }
  }

  async function words(answer) {
    const fallback = `The server refused it (${answer.status}).`
    return answer.json().then(({ detail }) => detail || fallback, () => fallback)
  }

  function tell(problem, state) {
    trouble.textContent = problem
    trouble.hidden = !problem
    word.textContent = state
  }

  function draw(isSending) {
    submit.disabled = file.disabled = isSending
    stop.hidden = sent.hidden = !isSending
    sent.value = 0
  }
}
