// Hands the page's address to a friend: the phone's own sheet, or a copied link.
export function shareButton(button, notify) {
  button.hidden = false
  button.addEventListener("click", async () => {
    const page = { title: document.title, url: location.href.split("#")[0] }
    try {
      if (navigator.share) return await navigator.share(page)
      await navigator.clipboard.writeText(page.url)
      notify("The link is copied.")
    } catch (error) {
      if (error.name !== "AbortError") notify(page.url)
    }
  })
}
