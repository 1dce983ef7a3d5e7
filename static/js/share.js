// Hands an address to a friend: the phone's own sheet, or a copied link.
export async function hand(url, notify) {
  try {
    if (navigator.share) return await navigator.share({ title: document.title, url })
    await navigator.clipboard.writeText(url)
    notify("The link is copied.")
  } catch (error) {
    if (error.name !== "AbortError") notify(url)
  }
}

export function shareButton(button, notify) {
  button.hidden = false
  button.addEventListener("click", () => hand(location.href.split("#")[0], notify))
}
