import { expect, test } from 'vitest'
import { pictureReason, reasonName } from '../../../../src/renderer/src/state/reasons.ts'

test('why a picture is not there is said in words, and not twice', () => {
  expect(pictureReason('failed', 'damaged')).toBe('Damaged picture')
  expect(pictureReason('failed', 'not-a-picture html')).toBe(reasonName('not-a-picture html'))
  expect(pictureReason('failed', 'http-404')).toContain('404')
  expect(pictureReason('missing', 'not-in-folder')).toBe('Not in the folder')
  // "Not in the archive: Not in the archive"
  expect(pictureReason('missing', 'not-in-archives')).toBeNull()
  expect(pictureReason('pending', null)).toBeNull()
  expect(pictureReason('failed', 'what-nobody-knows')).toBe('what-nobody-knows')
})
