// 32 hex digits nobody else has; crypto.randomUUID is missing where the page is plain HTTP.
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
