import { expect, test } from 'vitest'
import { languageOf } from '../../../../src/main/jobs/image-to-prompt/prompt-tasks.ts'

test('the language of few Latin letters is not known; of other scripts and of sentences it is', () => {
  for (const short of ['A red kite', 'Six cactuses.', 'a pink cake', 'un gato rojo']) {
    expect(languageOf(short), short).toBeNull()
  }
  expect(languageOf('红色的船在海上，夕阳西下')).toBe('zh')
  expect(languageOf('ein rotes Fahrrad steht vor der Mauer eines alten Hauses und wartet')).toBe(
    'de',
  )
  expect(languageOf('a red bicycle stands before the wall of an old house and waits')).toBe('en')
})
