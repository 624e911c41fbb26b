import { useClient } from '../../bridge/client.ts'
import { count } from '../../bridge/format.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import { useRating } from './rating.ts'

/** Of a study and a person, fit for the name of a file. */
function fileName(...parts: string[]): string {
  const clean = parts.map((part) => part.replace(/[^\p{L}\p{N}._-]+/gu, '-')).join('-')
  return `${clean.slice(0, 100)}.jsonl`
}

/** Writes every event, to be merged on the machine that the study came from. */
export async function exportRatings(): Promise<void> {
  const rating = useRating()
  const ui = useUi()
  if (rating.corpus === null || !rating.study) return
  try {
    await rating.settled()
    if (rating.unsaved > 0) {
      ui.note(t('rating.exportWaits'))
      return
    }
    const out = await useClient().shell('shell.saveFile', {
      title: t('rating.end.exportTitle'),
      suggested: fileName(rating.study.name, rating.rater),
      kind: t('rating.end.fileKind'),
      extensions: ['jsonl'],
    })
    if (out === null) return
    const { rows, path } = await useClient().call('ratings.export', {
      corpus: rating.corpus,
      study: rating.study.name,
      out,
      format: 'jsonl',
    })
    ui.note(t('rating.end.exported', { n: count(rows), path }, rows), {
      label: t('rating.end.show'),
      run: () => void useClient().shell('shell.showInFolder', { path }).catch(ui.fail),
    })
  } catch (thrown) {
    ui.fail(thrown)
  }
}
