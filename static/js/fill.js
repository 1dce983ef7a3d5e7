// Markup lives in <template>s; scripts clone it and fill in text, never markup.
export function clone(id) {
  return document.getElementById(id).content.cloneNode(true).firstElementChild
}

// {slot: text} into the elements with that data-slot; null empties and hides one.
export function fill(root, values) {
  for (const [slot, value] of Object.entries(values)) {
    for (const element of root.querySelectorAll(`[data-slot="${slot}"]`)) {
      element.textContent = value ?? ""
      element.hidden = value === null || value === undefined
    }
  }
  return root
}

// A picture, or none: an empty src would ask for the page itself.
export function show(image, address) {
  if (address) image.src = address
  else image.removeAttribute("src")
  image.hidden = !address
}
