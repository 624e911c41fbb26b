/**
 * How long it takes to group many pictures, and with how much memory: `node test/bench/duplicates.ts
 * [hashes] [embeddings] [dimensions]`, each also with a quarter of it, to see how the work grows. Hashes are by chance, every fifth
 * picture a copy up to 3 bits off; embeddings lie around topics, every fifth near an earlier one. Memory is
 * the peak of the whole run: what is given first counts for what comes behind.
 */
import { COLOUR_BYTES } from '../../src/main/search/duplicates/colour.ts'
import { COARSE, FINE, VIEWS } from '../../src/main/search/duplicates/fingerprint.ts'
import { perceptualGroups } from '../../src/main/search/duplicates/perceptual.ts'
import { semanticGroups } from '../../src/main/search/duplicates/semantic.ts'
import { createFlatIndex } from '../../src/main/search/vectors/flat-index.ts'
import { seededRandom } from '../../src/shared/random.ts'

const hashes = Number(process.argv[2] ?? 1_000_000)
const embeddings = Number(process.argv[3] ?? 1_000_000)
const dimensions = Number(process.argv[4] ?? 512)
const WIDTH = VIEWS * COARSE

/** Seconds by the clock and of the processor, of which other programs may take their share. */
function timed<T>(work: () => T): { value: T; wall: number; cpu: number } {
  const before = process.cpuUsage()
  const started = performance.now()
  const value = work()
  const { user, system } = process.cpuUsage(before)
  return { value, wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 }
}

const peakMB = (): string => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB at most`

function groupHashes(n: number): number {
  const { next } = seededRandom(1)
  const coarse = new Uint32Array(n * WIDTH)
  for (let i = 0; i < coarse.length; i++) coarse[i] = Math.floor(next() * 2 ** 32)
  let planted = 0
  for (let i = 5; i < n; i += 5) {
    const from = Math.floor((next() * i) / 5) * 5 + 1
    coarse.copyWithin(i * WIDTH, from * WIDTH, (from + 1) * WIDTH)
    for (let flip = 0; flip < 3; flip++) {
      coarse[i * WIDTH + (flip & 1)]! ^= 1 << Math.floor(next() * 32)
    }
    planted++
  }
  const same = { fine: new Uint32Array(VIEWS * FINE), colour: new Uint8Array(COLOUR_BYTES) }
  const { value, wall, cpu } = timed(() => perceptualGroups(coarse, () => same, { threshold: 6 }))
  console.log(
    `${n} hashes: ${planted} planted, ${value.joined.length} joined, ${wall.toFixed(1)} s, ` +
      `${cpu.toFixed(1)} s of the processor; ${peakMB()}`,
  )
  return cpu
}

/** A row by its number alone, so that exact vectors need no memory here. */
function vectorOf(row: number, into: Float32Array): Float32Array {
  const isCopy = row % 5 === 4
  const of = isCopy ? row - 1 - 5 * ((row * 7) % Math.max(1, Math.floor(row / 5))) : row
  const topic = seededRandom(1_000_000_007 + (of % 997)).next
  const own = seededRandom(of + 1).next
  let squares = 0
  for (let i = 0; i < dimensions; i++) {
    const value = topic() - 0.5 + (own() - 0.5) * 0.9
    into[i] = value
    squares += value * value
  }
  if (isCopy) into[row % dimensions]! += 0.1 * Math.sqrt(squares)
  let length = 0
  for (let i = 0; i < dimensions; i++) length += (into[i] as number) ** 2
  for (let i = 0; i < dimensions; i++) into[i] = (into[i] as number) / Math.sqrt(length)
  return into
}

function groupEmbeddings(n: number): number {
  const row = new Float32Array(dimensions)
  const index = createFlatIndex({
    dimensions,
    floats: { add: () => undefined, get: (at) => vectorOf(at, row), bytes: 0 },
  })
  const built = timed(() => {
    const one = new Float32Array(dimensions)
    for (let i = 0; i < n; i++) index.add(vectorOf(i, one))
  })
  const { value, wall, cpu } = timed(() => semanticGroups(index, { threshold: 0.95 }))
  console.log(
    `${n} x ${dimensions} embeddings: ${Math.floor(n / 5)} planted, ${value.length} joined, ${wall.toFixed(1)} s, ` +
      `${cpu.toFixed(1)} s of the processor (index ${built.cpu.toFixed(1)} s); ${peakMB()}`,
  )
  return cpu
}

for (const [name, n, group] of [
  ['hashes', hashes, groupHashes],
  ['embeddings', embeddings, groupEmbeddings],
] as const) {
  if (n === 0) continue
  const quarter = group(n / 4)
  console.log(`${name}: four times as many took ${(group(n) / quarter).toFixed(1)} times as long`)
}
