import { decodeHTMLAttribute } from 'entities'

/** An attribute's value with its references decoded; null where it is absent. */
export function attribute(attributes: Map<string, string>, name: string): string | null {
  const raw = attributes.get(name)
  return raw === undefined ? null : decodeAttribute(raw)
}

export function decodeAttribute(raw: string): string {
  let value = raw
  if (value.includes('\r')) value = value.replace(/\r\n?/g, '\n')
  if (value.includes('\0')) value = value.replaceAll('\0', '\ufffd')
  return value.includes('&') ? decodeHTMLAttribute(value) : value
}
