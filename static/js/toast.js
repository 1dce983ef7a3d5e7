// A short word at the edge of the picture that goes away by itself.
const SHOWN = 4000 // ms

export function makeToast(element) {
  let timer = null

  return {
    say(words) {
      clearTimeout(timer)
      element.querySelector("[data-slot='toast']").textContent = words
      element.dataset.shown = ""
      timer = setTimeout(() => delete element.dataset.shown, SHOWN)
    },
  }
}
