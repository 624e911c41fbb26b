/** Labels pairs through the engine until it is killed, and says which events it was told are kept. */
import { setTimeout as wait } from 'node:timers/promises'
import { createEngine } from '../../src/main/engine/engine.ts'

const [corpus, seed] = process.argv.slice(2) as [string, string]
const engine = createEngine({ resumeJobs: false })
await engine.call('corpora.open', { path: corpus })
for (let n = 0; ; n++) {
  const pair = 1 + ((n * 7 + Number(seed)) % 50)
  const { value: item } = await engine.call('labels.item', { corpus, annotator: 'ann', pair })
  const { before } = item as { before: string }
  const end = 1 + ((n * 3) % 20)
  const quote = before.slice(0, end)
  const { value } = await engine.call('labels.set', {
    corpus,
    annotator: 'ann',
    pair,
    state: {
      status: 'labeled',
      spans: [{ source: 'before', start: 0, end, quote, type: 'content' }],
      flagged: false,
      note: `round ${seed}`,
    },
    seconds: 1,
  })
  // Only now is it promised.
  process.stdout.write(`${JSON.stringify({ ...(value as { event: string }), pair, quote })}\n`)
  await wait(1)
}
