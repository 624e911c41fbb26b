/** The frame of the window: rail, bars, palette, keys, commands that belong to no view. */
export const app = {
  keys: 'Keys',
  allKeys: 'All keys',
  selection: 'Selection',
  selected: '{n} selected',
  clearSelection: 'Clear the selection',
  views: {
    corpora: 'Corpora',
    pairs: 'Pairs',
    cutoff: 'Cutoff',
    label: 'Label',
    train: 'Train',
    export: 'Export',
    jobs: 'Jobs',
    settings: 'Settings',
  },
} as const
