/**
 * Whether an address is that of the interface, which is one page. Scheme, host and path are
 * compared: `URL.origin` of a scheme of one's own is the string "null" in Node.
 */
export function isPage(home: string, address: string): boolean {
  if (!URL.canParse(address)) return false
  const [a, b] = [new URL(home), new URL(address)]
  return a.protocol === b.protocol && a.host === b.host && a.pathname === b.pathname
}
