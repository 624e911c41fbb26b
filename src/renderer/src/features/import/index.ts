import { defineFeature } from '../../state/features.ts'
import { t } from '../../texts/index.ts'
import { useIncoming } from '../../state/incoming.ts'
import { useUi } from '../../state/ui.ts'
import ImportDialog from './ImportDialog.vue'
import TableImportDialog from './TableImportDialog.vue'

/** What is asked before archives or tables are imported, whatever view they were dropped on. */
export const importing = defineFeature({
  name: 'import',
  overlays: [ImportDialog, TableImportDialog],
  commands: () => [
    {
      id: 'corpus.import',
      title: t('importing.commands.files'),
      group: t('app.groups.corpora'),
      keys: ['Ctrl+I'],
      run: () => void useIncoming().chooseInputs().catch(useUi().fail),
    },
    {
      id: 'corpus.import-folder',
      title: t('importing.commands.folder'),
      group: t('app.groups.corpora'),
      keys: ['Ctrl+Shift+O'],
      run: () => void useIncoming().chooseInputFolder().catch(useUi().fail),
    },
  ],
})
