import { useActions, useOverlay } from '../../state/actions.ts'
import { t } from '../../texts/index.ts'
import { answerActions } from './label-answer-actions.ts'
import { queueActions } from './label-queue-actions.ts'
import { once, type LabelViewParts } from './label-view-parts.ts'
import { wordActions } from './label-word-actions.ts'
import { useLabeling } from './labeling.ts'

/** Registers everything that can be done in the view of labels, for as long as it is shown. */
export function useLabelActions(view: LabelViewParts): void {
  const labeling = useLabeling()

  useOverlay(
    () => view.large.value && labeling.current !== null,
    [
      {
        id: 'label.large-close',
        title: t('label.keys.closeLarge'),
        group: t('label.keys.groups.label'),
        keys: ['Escape', 'Space'],
        silent: true,
        run: once(() => (view.large.value = false)),
      },
    ],
  )

  useActions([...answerActions(view), ...wordActions(view), ...queueActions(view)])
}
