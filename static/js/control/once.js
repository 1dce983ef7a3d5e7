// A form that does something for money is sent once; the server answers a second one the same.
for (const form of document.querySelectorAll("[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-sent")) event.preventDefault()
    form.setAttribute("data-sent", "")
    form.querySelector('[type="submit"]').setAttribute("aria-busy", "true")
  })
}

// Back from the next page: it may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) form.removeAttribute("data-sent")
})
