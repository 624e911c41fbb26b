import type { Action } from '../../state/actions.ts'
import { useSession } from '../../state/session.ts'
import { t } from '../../texts/index.ts'
import type { LabelViewParts } from './label-view-parts.ts'
import { useLabeling } from './labeling.ts'

/** What is done with the queue and with all labels. */
export function queueActions(view: LabelViewParts): Action[] {
  const labeling = useLabeling()
  const session = useSession()

  return [
    {
      id: 'label.filter',
      title: t('label.keys.filter'),
      group: t('label.keys.groups.labels'),
      keys: ['/'],
      enabled: () => session.path !== null && labeling.named,
      run: () => view.focusFilter(),
    },
    {
      id: 'label.list',
      title: t('label.keys.list'),
      group: t('label.keys.groups.labels'),
      keys: ['Ctrl+L'],
      enabled: () => session.path !== null && labeling.named,
      run: () => (view.listOpen.value = true),
    },
    {
      id: 'label.review',
      title: t('label.keys.review'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => labeling.named && session.path !== null,
      run: () => void labeling.setReview(!labeling.review),
    },
    {
      id: 'label.agreement',
      title: t('label.keys.agreement'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => (view.agreementOpen.value = true),
    },
    {
      id: 'label.types',
      writes: true,
      title: t('label.keys.types'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => (view.typesOpen.value = true),
    },
    {
      id: 'label.shuffle',
      title: t('label.keys.shuffle'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null && labeling.named,
      run: () => void labeling.shuffle(),
    },
    {
      id: 'label.renew',
      title: t('label.keys.rebuild'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null && labeling.named,
      run: () => void labeling.makeQueue(),
    },
    {
      id: 'label.merge',
      writes: true,
      title: t('label.keys.merge'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => void labeling.mergeFiles(),
    },
    {
      id: 'label.export',
      title: t('label.keys.export'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null,
      run: () => void labeling.exportFile(),
    },
    {
      id: 'label.annotator',
      title: t('label.keys.annotator'),
      group: t('label.keys.groups.labels'),
      keys: [],
      enabled: () => session.path !== null && labeling.named,
      run: view.openName,
    },
  ]
}
