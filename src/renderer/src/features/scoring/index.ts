import { defineFeature } from '../../state/features.ts'
import { useTableScoring } from '../../state/table-scoring.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import ScoringDialog from './ScoringDialog.vue'

/** Scores for any table of pictures and texts, without a corpus. */
export const scoring = defineFeature({
  name: 'scoring',
  overlays: [ScoringDialog],
  commands: () => [
    {
      id: 'table.similarity',
      title: t('scoring.action'),
      group: t('app.groups.corpora'),
      keys: ['Ctrl+Shift+S'],
      run: () => void useTableScoring().begin().catch(useUi().fail),
    },
  ],
})
