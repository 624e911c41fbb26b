import { t } from '../../texts/index.ts'

/** What can be done with a study, one after the other or beside each other. */
export type ActionName =
  | 'images'
  | 'make'
  | 'freeze'
  | 'rate'
  | 'compare'
  | 'package'
  | 'merge'
  | 'export'
  | 'unblind'
  | 'report'

/** Their names, and the keys that are printed on their buttons. */
export const LABELS: Record<ActionName, { title: string; key: string }> = {
  images: { title: t('judge.actions.images'), key: 'Ctrl+I' },
  make: { title: t('judge.actions.make'), key: 'Ctrl+M' },
  freeze: { title: t('judge.actions.freeze'), key: 'F' },
  rate: { title: t('judge.actions.rate'), key: 'R' },
  compare: { title: t('judge.actions.compare'), key: 'C' },
  package: { title: t('judge.actions.package'), key: 'P' },
  merge: { title: t('judge.actions.merge'), key: 'M' },
  export: { title: t('judge.actions.export'), key: 'Ctrl+E' },
  unblind: { title: t('judge.actions.unblind'), key: '' },
  report: { title: t('judge.actions.report'), key: '' },
}
