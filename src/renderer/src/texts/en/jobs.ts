export const jobs = {
  running: '{n} running',
  clear: 'Clear finished jobs',
  group: 'Jobs',
  view: 'Jobs view',
  empty: {
    title: 'No jobs yet',
    text: 'Imports, downloads, scoring, training and exports appear here. A job that was stopped can be resumed where it left off.',
  },
  clearShort: 'Clear finished',
  all: 'All jobs',
  counts: '{live} running or waiting, {ended} finished',
} as const
