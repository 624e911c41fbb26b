import { createFakeBridge } from './fake-bridge.ts'

/** Puts the fake program behind the window; options come from the address. */
const query = new URLSearchParams(location.search)
const bridge = createFakeBridge({
  pairs: Number(query.get('pairs') ?? 12_000),
  first: query.has('first'),
  theme: query.get('theme') === 'light' ? 'light' : 'dark',
  unscored: query.has('unscored'),
  fresh: query.has('fresh'),
  noModels: query.has('nomodels'),
  demonstration: query.has('demo'),
  chosen: query.get('chosen')?.split(','),
  longText: query.has('long'),
  delay: Number(query.get('delay') ?? 4),
  failing: query.get('failing') ?? undefined,
})
localStorage.setItem('gleaner:started', 'true')
Object.assign(window, { gleaner: bridge, fake: bridge })
if (!query.has('first') && !localStorage.getItem('gleaner:last-corpus')) {
  localStorage.setItem('gleaner:last-corpus', '"/data/corpora/harbour-archive.gleaner"')
}
