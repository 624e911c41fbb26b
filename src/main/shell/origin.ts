/**
 * Whether an address belongs to the interface. Scheme and host are compared: `URL.origin` of a
 * scheme of one's own is the string "null" in Node.
 */
export function isWithin(home: string, address: string): boolean {
  if (!URL.canParse(address)) return false
  const [a, b] = [new URL(home), new URL(address)]
  return a.protocol === b.protocol && a.host === b.host
}
