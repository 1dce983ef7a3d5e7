// The countries of a zone: one line names those that are ticked, a field finds one by its name.
// Rows can be added to the form, so the page listens, not the rows.
const boxes = (picker) => [...picker.querySelectorAll('input[type="checkbox"]')]
const name = (box) => box.nextElementSibling.textContent

document.addEventListener("change", ({ target }) => {
  const picker = target.type === "checkbox" && target.closest("[data-countries]")
  if (!picker) return
  const chosen = boxes(picker).filter(({ checked }) => checked)
  picker.querySelector("summary").textContent = chosen.map(name).join(", ") || "Choose countries"
})

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-find]")) return
  const wanted = target.value.trim().toLowerCase()
  for (const box of boxes(target.closest("[data-countries]"))) {
    box.parentElement.hidden = !name(box).toLowerCase().includes(wanted)
  }
})

// Enter looks for a country here; it does not save the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("[data-find]")) event.preventDefault()
})
