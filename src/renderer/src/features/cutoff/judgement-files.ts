import { useClient } from '../../bridge/client.ts'
import { count } from '../../bridge/format.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'

/** Judgements that go to files and other machines, and come from them. */

/** The judgements of one sample, for whoever works them out again. */
export function saveSample(corpus: string, sample: number, format: 'csv' | 'jsonl'): Promise<void> {
  return told(async () => {
    const out = await useClient().shell('shell.saveFile', {
      title: t('cutoff.judged.save'),
      suggested: `judgements-${sample}.${format}`,
      kind: t('cutoff.judged.file'),
      extensions: [format],
    })
    if (!out) return null
    const { rows } = await useClient().call('judging.export', { corpus, sample, out, format })
    return t('cutoff.judged.saved', { n: count(rows), path: out }, rows)
  })
}

/** All that was ever said, to be merged elsewhere. */
export function saveEvents(corpus: string): Promise<void> {
  return told(async () => {
    const out = await useClient().shell('shell.saveFile', {
      title: t('cutoff.judged.eventsTitle'),
      suggested: 'judgements.jsonl',
      ...FILE(),
    })
    if (!out) return null
    const { events } = await useClient().call('judging.saveEvents', { corpus, out })
    return t('cutoff.judged.eventsSaved', { n: count(events), path: out }, events)
  })
}

export function mergeJudgements(corpus: string): Promise<void> {
  return told(async () => {
    const files = await useClient().shell('shell.openFiles', {
      title: t('cutoff.judged.mergeTitle'),
      ...FILE(),
    })
    if (files.length === 0) return null
    const { added, known, refused } = await useClient().call('judging.merge', { corpus, files })
    return [
      t('cutoff.judged.merged', { n: count(added), known: count(known) }, added),
      ...refused.map(({ reason, n }) =>
        t('cutoff.judged.refused', { n: count(n), reason: REASONS[reason] ?? reason }),
      ),
    ].join('; ')
  })
}

const FILE = () => ({ kind: t('cutoff.judged.file'), extensions: ['jsonl', 'ndjson', 'json'] })

const REASONS: Readonly<Record<string, string>> = {
  'line-too-long': t('cutoff.judged.reasons.lineTooLong'),
  'not-readable': t('cutoff.judged.reasons.notReadable'),
  'time-in-the-future': t('cutoff.judged.reasons.timeInTheFuture'),
  'not-drawn': t('cutoff.judged.reasons.notDrawn'),
  'other-event': t('cutoff.judged.reasons.otherEvent'),
}

/** Says what came of it; null = nothing was done. */
async function told(act: () => Promise<string | null>): Promise<void> {
  const ui = useUi()
  try {
    const text = await act()
    if (text !== null) ui.note(text)
  } catch (error) {
    ui.fail(error)
  }
}
