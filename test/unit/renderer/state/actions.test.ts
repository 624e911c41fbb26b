import { describe, expect, test } from 'vitest'
import { keyLabel, keyOf } from '../../../../src/renderer/src/state/actions.ts'
import { position, viridis } from '../../../../src/renderer/src/ui/charts/viridis.ts'

const press = (key: string, held: Partial<Parameters<typeof keyOf>[0]> = {}) =>
  keyOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held })

describe('what was pressed', () => {
  test('has one name on every machine', () => {
    expect(press('k', { ctrlKey: true })).toBe('Ctrl+K')
    expect(press('k', { metaKey: true })).toBe('Ctrl+K')
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z')
    expect(press(' ')).toBe('Space')
  })

  test('a sign that needs shift on some keyboards is that sign', () => {
    expect(press('?', { shiftKey: true })).toBe('?')
    expect(press('/', { shiftKey: true })).toBe('/')
    expect(press('ArrowLeft', { shiftKey: true })).toBe('Shift+ArrowLeft')
  })

  test('is printed with signs that fit on a button', () => {
    expect(keyLabel('Shift+ArrowLeft')).toBe('Shift+←')
    expect(keyLabel('Escape')).toBe('Esc')
  })
})

describe('the scale of scores', () => {
  test('is viridis from its first to its last colour', () => {
    expect(viridis(0)).toBe('rgb(68 1 84)')
    expect(viridis(1)).toBe('rgb(253 231 37)')
    expect(viridis(Number.NaN)).toBe('rgb(68 1 84)')
  })

  test('gets lighter all the way', () => {
    const light = (t: number) => {
      const [r = 0, g = 0, b = 0] = viridis(t).match(/\d+/g)?.map(Number) ?? []
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    for (let t = 0; t < 0.99; t += 0.02) expect(light(t + 0.02)).toBeGreaterThan(light(t))
  })

  test('places a cosine within the range of its source', () => {
    expect(position(0.3, { lo: 0.2, hi: 0.4 })).toBeCloseTo(0.5)
    expect(position(0.9, { lo: 0.2, hi: 0.4 })).toBe(1)
    expect(position(0.3, { lo: 0.3, hi: 0.3 })).toBe(0.5)
  })
})
