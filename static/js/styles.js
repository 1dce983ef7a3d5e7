// A sheet of styles that comes with what it is for; what cannot be fetched holds up nothing.
export function styles(href) {
  return new Promise((resolve) => {
    const link = document.createElement("link")
    Object.assign(link, { rel: "stylesheet", href, onload: resolve, onerror: resolve })
    document.head.append(link)
  })
}
