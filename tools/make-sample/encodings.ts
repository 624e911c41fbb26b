/** Text to bytes in an encoding that TextDecoder knows and TextEncoder does not. */
export function encodeIn(label: 'windows-1251' | 'shift_jis', text: string): Buffer {
  const table = reverse(label)
  const out: number[] = []
  for (const character of text) {
    const bytes = table.get(character)
    if (!bytes) throw new RangeError(`${label} has no "${character}"`)
    out.push(...bytes)
  }
  return Buffer.from(out)
}

const tables = new Map<string, Map<string, readonly number[]>>()

function reverse(label: string): Map<string, readonly number[]> {
  const known = tables.get(label)
  if (known) return known
  const decoder = new TextDecoder(label)
  const table = new Map<string, readonly number[]>()
  const note = (bytes: number[]): void => {
    const text = decoder.decode(Uint8Array.from(bytes))
    if ([...text].length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, bytes)
  }
  for (let byte = 0; byte < 256; byte++) note([byte])
  if (label === 'shift_jis')
    for (let lead = 0x81; lead <= 0xfc; lead++)
      for (let trail = 0x40; trail <= 0xfc; trail++) note([lead, trail])
  tables.set(label, table)
  return table
}
