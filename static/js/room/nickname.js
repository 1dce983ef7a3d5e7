// A guest is asked for a nickname once, before the first words; staff have theirs.
const NAME = "nickname"

export function makeNickname(dialog, own) {
  const form = dialog.querySelector("form")
  const field = form.elements.name
  const trouble = dialog.querySelector("[data-trouble]")
  let waiting = null // what is done once the name is known

  const remembered = () => {
    try {
      return localStorage.getItem(NAME) ?? ""
    } catch {
      return field.value // storage is closed to us: the name lives as long as the page
    }
  }

  function remember(name) {
    try {
      localStorage.setItem(NAME, name)
    } catch {
      field.value = name
    }
  }

  function ask(then, why = "") {
    waiting = then
    field.value = remembered()
    trouble.textContent = why
    dialog.showModal()
    field.focus()
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const name = field.value.trim()
    if (!name) return (trouble.textContent = "Please write a name.")
    remember(name)
    dialog.close()
    waiting?.(name)
    waiting = null
  })
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close())

  return {
    ask,
    // then(name), at once when we know it.
    use(then) {
      const name = own || remembered()
      if (name) then(name)
      else ask(then)
    },
  }
}
