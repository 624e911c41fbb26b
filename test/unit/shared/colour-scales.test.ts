import { expect, test } from 'vitest'
import { divergingColour, luminance, scaleColour, viridis } from '#shared/colour-scales.ts'

test('viridis and cividis begin and end as published and rise in lightness all the way', () => {
  expect(viridis(0)).toBe('rgb(68 1 84)')
  expect(scaleColour('viridis', 1)).toBe('#fde725')
  expect(scaleColour('cividis', 0)).toBe('#00224e')
  expect(scaleColour('cividis', 0.5)).toBe('#7d7c78')
  for (const scale of ['viridis', 'cividis'] as const) {
    const light = Array.from({ length: 33 }, (_, i) => luminance(scaleColour(scale, i / 32)))
    expect(light).toEqual([...light].sort((a, b) => a - b))
  }
  expect(scaleColour('viridis', Number.NaN)).toBe(scaleColour('viridis', -3))
})

test('a diverging scale passes through its middle', () => {
  const at = (t: number) => divergingColour('#000000', '#808080', '#ff0000', t)
  expect([at(0), at(0.5), at(1), at(0.25)]).toEqual(['#000000', '#808080', '#ff0000', '#404040'])
})

test('luminance is that of WCAG', () => {
  expect(luminance('#ffffff')).toBeCloseTo(1)
  expect(luminance('#000000')).toBe(0)
  // The grey with the least contrast of 4.5:1 on white.
  expect(1.05 / (luminance('#767676') + 0.05)).toBeCloseTo(4.54, 2)
})
