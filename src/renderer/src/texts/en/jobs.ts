export const jobs = {
  running: '{n} running',
  clear: 'Clear finished jobs',
  group: 'Jobs',
  view: 'Jobs view',
  empty: {
    title: 'No jobs yet',
    text: 'Imports, downloads, scoring, training and exports appear here. A job that was stopped can be resumed where it left off.',
  },
  next: {
    title: 'Next:',
    pairs: 'look at the pairs',
    fetch: 'fetch the pictures…',
    score: 'score the pairs',
    cutoff: 'choose a cutoff',
    'alt-spans': 'see which alts lie in the text',
    'train-spans': 'find spans with the model',
    'predict-spans': 'label what the model found',
    judge: 'go on with the study',
  },
  clearShort: 'Clear finished',
  all: 'All jobs',
  counts: '{live} running or waiting, {ended} finished',
} as const
