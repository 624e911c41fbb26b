/**
 * Judges a folder of models by pictures that they have not seen, through Gleaner's own code.
 * `node tools/train-text-models/judge.ts MODEL HELD_OUT`: recall and precision of boxes at an overlap
 * (area of the cut over that of the union) of 0.5, pictures with and without text told apart, and
 * letters read.
 */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInferenceHost } from '../../src/main/inference/host/client.ts'
import { coveredShare } from '../../src/main/inference/kinds/text-detection/covered-share.ts'
import { textDetection } from '../../src/main/inference/kinds/text-detection/kind.ts'
import type { Point } from '../../src/main/inference/kinds/text-detection/rectangle.ts'
import type { FoundLine } from '../../src/main/inference/kinds/text-detection/types.ts'
import { editDistance } from '../../src/shared/text/shown-words.ts'
import { resolveFolder } from '../../src/main/inference/models/registry.ts'
import { emptyFolders, INFERENCE_HOST } from '../../test/support/models.ts'

interface Truth {
  file: string
  lines: { corners: Point[]; text: string }[]
}

/** As both are convex, the union is measured, and the cut follows from it. */
function overlap(a: readonly Point[], b: readonly Point[], width: number, height: number): number {
  const [one, other] = [coveredShare([a], width, height), coveredShare([b], width, height)]
  const union = coveredShare([a, b], width, height)
  return union === 0 ? 0 : (one + other - union) / union
}

const pointsOf = ({ corners }: FoundLine): Point[] =>
  [0, 2, 4, 6].map((i) => [corners[i] as number, corners[i + 1] as number] as const)

const [folder, pictures] = process.argv.slice(2).map((path) => resolve(path))
if (!folder || !pictures) throw new Error('usage: judge.ts MODEL HELD_OUT')
const truth = JSON.parse(readFileSync(join(pictures, 'truth.json'), 'utf8')) as Truth[]
const host = createInferenceHost(INFERENCE_HOST, { threads: 1 })
const model = await host.open(await resolveFolder(emptyFolders(), textDetection, folder), 'cpu')
const counts = { lines: 0, found: 0, boxes: 0, right: 0, letters: 0, errors: 0, exact: 0 }
const plain = { pictures: 0, withText: 0 }
const written = { pictures: 0, withText: 0 }
for (let from = 0; from < truth.length; from += 20) {
  const some = truth.slice(from, from + 20)
  const results = await model.findText(some.map(({ file }) => ({ path: join(pictures, file) })))
  for (const [i, { lines, file }] of some.entries()) {
    const result = results[i]
    if (!result || 'reason' in result) throw new Error(`${file}: ${result?.reason ?? ''}`)
    const of = lines.length === 0 ? plain : written
    of.pictures++
    if (result.lines.length > 0) of.withText++
    const used = new Set<number>()
    counts.lines += lines.length
    counts.boxes += result.lines.length
    for (const { corners, text } of lines) {
      const at = result.lines.findIndex(
        (line, k) =>
          !used.has(k) && overlap(pointsOf(line), corners, result.width, result.height) >= 0.5,
      )
      if (at < 0) continue
      used.add(at)
      counts.found++
      const read = result.lines[at]?.text ?? ''
      counts.letters += text.length
      counts.errors += Math.min(text.length, editDistance(text, read))
      if (read === text) counts.exact++
    }
    counts.right += used.size
  }
}
await host.close()
const share = (n: number, of: number): string => `${n} of ${of} (${(n / of).toFixed(3)})`
process.stdout.write(
  [
    `recall: ${share(counts.found, counts.lines)} lines`,
    `precision: ${share(counts.right, counts.boxes)} boxes`,
    `pictures with text in which some was found: ${share(written.withText, written.pictures)}`,
    `pictures without text in which none was found: ${share(plain.pictures - plain.withText, plain.pictures)}`,
    `letters read right of lines found: ${share(counts.letters - counts.errors, counts.letters)}`,
    `lines read without a fault: ${share(counts.exact, counts.found)}`,
    '',
  ].join('\n'),
)
