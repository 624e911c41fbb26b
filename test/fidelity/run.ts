/**
 * `npm run fidelity [-- --full] [-- --only=WORD]`: compares Gleaner's inference with independent
 * implementations and writes docs/fidelity.md. `--full` adds what needs gigabytes. Rows that were
 * not run this time stay in the table as they were, with their date.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createInferenceHost } from '../../src/main/inference/host/client.ts'
import { INFERENCE_HOST } from '../support/models.ts'
import {
  clipPngRows,
  deviationRows,
  deviceRow,
  endToEndRow,
  ODD_PICTURES,
  preprocessingRows,
  publishedRows,
  type Row,
} from './checks.ts'
import { merges } from './models.ts'
import { nanRow } from './refusal.ts'
import { tokenizerRow } from './tokens.ts'
import { softwareVulkan } from './vulkan.ts'

const PAGE = fileURLToPath(new URL('../../docs/fidelity.md', import.meta.url))
const isFull = process.argv.includes('--full')
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7) ?? ''

const host = createInferenceHost(INFERENCE_HOST)
const vulkan = softwareVulkan()
const gpu = vulkan === null ? null : createInferenceHost(INFERENCE_HOST, { env: vulkan.env })

const steps: { name: string; needs?: string | null; run: () => Promise<(Row | null)[]> }[] = [
  { name: 'preprocessing', run: preprocessingRows },
  { name: 'deviations', run: deviationRows },
  { name: 'clip.png', run: clipPngRows },
  { name: 'tokenizer', needs: merges(), run: async () => [await tokenizerRow()] },
  { name: 'published', run: async () => publishedRows() },
  ...(['fp32', 'fp16', 'int8'] as const).map((dtype) => ({
    name: `b32 ${dtype}`,
    needs: merges(),
    run: async () => [await endToEndRow(host, 'clip-vit-b-32', dtype)],
  })),
  ...(['fp32', 'int8'] as const).map((dtype) => ({
    name: `siglip ${dtype}`,
    run: async () => [await endToEndRow(host, 'siglip-vit-b-16', dtype)],
  })),
  ...(isFull
    ? (['fp32', 'int8'] as const).map((dtype) => ({
        name: `l14 ${dtype}`,
        needs: merges(),
        run: async () => [await endToEndRow(host, 'clip-vit-l-14', dtype)],
      }))
    : []),
  {
    name: 'webgpu',
    needs: vulkan && merges(),
    run: async () =>
      gpu && vulkan ? [await deviceRow(gpu, 'clip-vit-b-32', 'webgpu', vulkan.name)] : [],
  },
  { name: 'refusal', run: async () => [await nanRow(host)] },
]

const date = new Date().toISOString().slice(0, 10)
const lines = new Map<string, string>()
if (existsSync(PAGE)) {
  for (const line of readFileSync(PAGE, 'utf8').split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim())
    if (cells.length > 8 && cells[1] !== 'what' && !cells[1]?.startsWith('---')) {
      lines.set(cells[1] as string, `| ${cells.slice(1, -1).join(' | ')} |`)
    }
  }
}

let failed = 0
const skipped: string[] = []
try {
  for (const step of steps) {
    if (!step.name.includes(only)) continue
    if (step.needs === null) {
      skipped.push(step.name)
      process.stdout.write(`skip  ${step.name}: what it needs is not on this machine\n`)
      continue
    }
    const began = performance.now()
    for (const row of await step.run()) {
      if (row === null) continue
      if (!row.ok) failed++
      const cells = [
        row.what,
        row.n,
        row.reference,
        row.bound === null ? 'stated only' : figure(row.bound),
        figure(row.largest),
        row.bound === null ? 'stated' : row.ok ? 'pass' : '**FAIL**',
        row.note,
        date,
      ]
      lines.set(row.what, `| ${cells.join(' | ').replaceAll('\n', ' ')} |`)
      process.stdout.write(`${row.ok ? 'pass' : 'FAIL'}  ${row.what}: ${figure(row.largest)}\n`)
      write()
    }
    process.stdout.write(`      ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
  }
} finally {
  await host.close()
  await gpu?.close()
}
process.stdout.write(
  `${failed === 0 ? 'all rows pass' : `${failed} rows FAIL`}${skipped.length > 0 ? `, skipped: ${skipped.join(', ')}` : ''}\n`,
)
process.exitCode = failed === 0 ? 0 : 1

function figure(value: number): string {
  if (value === 0) return '0'
  return value >= 1 ? String(value) : value.toExponential(1)
}

function write(): void {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown CPU'
  const head = ['what', 'n', 'reference', 'bound', 'largest difference', 'result', 'note', 'run on']
  const text = `# Fidelity

How far Gleaner's numbers are from those of programs that others wrote, given the same weights and
the same files. This page is written by

    npm run fidelity                # needs no Python; about 2 GB in .setup/fidelity
    npm run fidelity -- --full      # also ViT-L/14: about 5 GB

from what it measures (last on ${cpu}, onnxruntime-node on Node ${process.versions.node}). A row that was not run
that day keeps its date. The references were made by the scripts in \`tools/reference\` and lie in
\`test/fixtures\` with the versions that made them; \`npm test\` repeats the preprocessing of all
pictures and a part of the rest.

The models have the published architectures and random weights from a seed, worked out number by
number alike in TypeScript (\`test/fidelity/weights.ts\`) and numpy
(\`tools/reference/weights.py\`); CLIP's tokenizer is the real one, SigLIP's is a small one of the
same kind, as its vocabulary cannot be had here. Random weights are a hard case: they mix everything
into everything, and cosines spread over about -0.12 to 0.11, so that a difference weighs as much as
between real ones.

The pictures are odd on purpose: from 1 × 1 to 901 pixels a side, one pixel wide or high, portrait,
grey, palette, CMYK, 16 bits, alpha, EXIF orientations 1 to 8, animated, with ICC profiles good and
broken, progressive and interlaced. Each in its own row below. "Largest difference" of preprocessing
counts the pictures whose float32 pixels are not all equal bit by bit; of everything from files to
scores it is the largest difference of a cosine. In two things Pillow is not followed, on purpose;
nine of the ${ODD_PICTURES.length} pictures are concerned, the reference opened those as Gleaner decided, and the rows "not
followed" say how far that is from Pillow itself.

int8 is what \`gleaner models quantize\` makes: the matrices of the picture tower and those around the
activations of the text tower are in 8 bits, weights with a scale a column, activations with a scale
a row (a patch or a token), so that a score does not depend on the batch. Tried on a ViT-B/32 and not
taken: one scale for a whole tensor of activations (a little less exact, and a picture's score then
hangs on its neighbours), all matrices of both towers (4.3e-3: within the bound, but with little to spare; 7.4e-3
with one scale a tensor), and 8 bits in blocks of 32 or 128 (MatMulNBits; an error about half as large
on a few pictures, but hardly faster than fp32).

${table([head, head.map(() => '---')])}
${[...lines.values()].join('\n')}

What a manifest decides (camera orientation, transparency, crop, cleaning of texts) is shown with
each model in the window and by \`gleaner models list --json\`; docs/models.md explains the fields.
`
  writeFileSync(PAGE, text)
}

function table(rows: string[][]): string {
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n')
}
