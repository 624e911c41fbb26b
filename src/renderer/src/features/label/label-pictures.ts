/** Pictures that are fetched and decoded before they are shown, by address. */
const held = new Map<string, HTMLImageElement>()
const KEPT = 16

/**
 * The element of a picture. It is the same one ahead of time and on the screen: a new element would
 * ask for its bytes again and stand empty for some frames.
 */
export function heldPicture(url: string): HTMLImageElement {
  const known = held.get(url)
  held.delete(url)
  const image = known ?? new Image()
  if (!known) {
    image.decoding = 'sync'
    image.draggable = false
    image.src = url
    // What cannot be decoded says so where it is shown.
    void image.decode().catch(() => undefined)
  }
  held.set(url, image)
  while (held.size > KEPT) held.delete(held.keys().next().value as string)
  return image
}
