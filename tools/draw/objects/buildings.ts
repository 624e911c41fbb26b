import { INK } from '../palette.ts'
import { thing } from './types.ts'

const WALL = '#f7ead2'
const WALL_DARK = '#e0cba6'
const DOOR = '#7a4d2a'
const PANE = '#a9d7ee'

export const BUILDINGS = [
  thing(
    'house, houses, cottage',
    'building',
    'red blue yellow white green orange',
    (p) =>
      [
        p.box(70, 18, 10, 24, '#b06a4a'),
        p.box(16, 48, 68, 52, p.main),
        p.path('M6 52 L50 12 L94 52 Z', p.dark),
        p.box(42, 68, 16, 32, DOOR, 2),
        p.circle(54, 85, 1.8, '#f5c93a'),
        p.box(22, 60, 15, 15, '#fffaf0', 1),
        p.box(24, 62, 11, 11, PANE),
        p.box(63, 60, 15, 15, '#fffaf0', 1),
        p.box(65, 62, 11, 11, PANE),
        p.line('M29.5 62 V73 M24 67.5 H35 M70.5 62 V73 M65 67.5 H76', '#fffaf0', 1.4),
        p.circle(50, 38, 6, PANE),
      ].join(''),
    { scale: 1.3 },
  ),
  thing(
    'castle, castles, fortress',
    'building',
    'grey pink purple blue brown',
    (p) =>
      [
        p.path('M14 30 L24 6 L34 30 Z', p.dark),
        p.path('M66 30 L76 6 L86 30 Z', p.dark),
        p.line('M24 6 V0 M76 6 V0', INK, 1.6),
        p.path('M24 0 L34 3 L24 6 Z M76 0 L86 3 L76 6 Z', '#d93a3a'),
        p.path('M30 52 V42 H38 V48 H46 V42 H54 V48 H62 V42 H70 V100 H30 Z', p.light),
        p.box(14, 30, 20, 70, p.main),
        p.box(66, 30, 20, 70, p.main),
        p.path('M40 100 V78 C40 64 60 64 60 78 V100 Z', DOOR),
        p.line('M50 69 V100 M44 72 V100 M56 72 V100', INK, 1.4),
        p.path('M21 52 V44 C21 40 27 40 27 44 V52 Z M73 52 V44 C73 40 79 40 79 44 V52 Z', INK),
        p.line('M16 66 H24 M22 76 H32 M70 70 H80 M74 82 H84 M18 88 H26', p.dark, 1.8),
      ].join(''),
    { scale: 1.4 },
  ),
  thing(
    'lighthouse, lighthouses',
    'building',
    'red blue black green',
    (p) =>
      [
        p.path('M14 100 C18 90 30 92 38 90 H64 C74 92 84 92 88 100 Z', '#8c8478'),
        p.path('M38 34 H62 L69 94 H31 Z', '#fffaf0'),
        p.path('M36.5 46 H63.5 L65.2 60 H34.8 Z', p.main),
        p.path('M33.2 74 H66.8 L68.4 88 H31.6 Z', p.main),
        p.box(34, 29, 32, 6, p.dark, 2),
        p.box(40, 14, 20, 16, '#fdf0a8'),
        p.line('M47 14 V30 M54 14 V30', INK, 1.6),
        p.path('M36 15 L50 2 L64 15 Z', p.dark),
        p.path('M46 94 V82 C46 78 54 78 54 82 V94 Z', DOOR),
        p.box(47, 64, 6, 7, PANE, 1),
      ].join(''),
    { scale: 1.4 },
  ),
  thing(
    'windmill, windmills, mill',
    'building',
    'white red brown blue',
    (p) =>
      [
        p.path('M36 44 H64 L74 100 H26 Z', p.main),
        p.path('M34 46 C34 28 66 28 66 46 Z', p.dark),
        p.path('M44 100 V84 C44 78 56 78 56 84 V100 Z', DOOR),
        p.box(45, 60, 10, 10, PANE, 1),
        ...[20, 110, 200, 290].map(
          (turn) =>
            `<g transform="rotate(${turn} 50 40)">${p.box(48.6, 2, 2.8, 40, '#6b4a2c')}${p.box(51, 3, 11, 26, '#fff4dc')}${p.line('M51 11 H62 M51 20 H62', '#b99a6a', 1)}</g>`,
        ),
        p.circle(50, 40, 4, INK),
      ].join(''),
    { scale: 1.35 },
  ),
  thing(
    'tent, tents',
    'building',
    'orange green blue red yellow',
    (p) =>
      [
        p.path('M50 14 L98 98 H2 Z', p.main),
        p.path('M50 14 L98 98 H72 Z', p.dark),
        p.path('M50 34 L66 98 H34 Z', '#4a3550'),
        p.path('M50 34 L34 98 H26 L46 40 Z', p.light),
        p.path('M50 34 L66 98 H74 L54 40 Z', p.light),
        p.line('M50 14 V4', INK, 2),
        p.path('M50 3 L62 7 L50 11 Z', '#f5c93a'),
      ].join(''),
    { scale: 1.1 },
  ),
  thing(
    'church, churches, chapel',
    'building',
    'white grey yellow brown',
    (p) =>
      [
        p.line('M27 12 V0 M22 4 H32', '#c9a23a', 2.4),
        p.path('M12 38 L27 10 L42 38 Z', '#a3483c'),
        p.box(15, 38, 24, 62, p.main),
        p.path('M39 62 L50 44 H88 L96 62 Z', '#a3483c'),
        p.box(39, 60, 52, 40, p.light),
        p.circle(27, 50, 6.6, '#fffaf0'),
        p.line('M27 46 V50 H30', INK, 1.4),
        p.path('M20 100 V84 C20 74 34 74 34 84 V100 Z', DOOR),
        ...[48, 62, 76].map((x) =>
          p.path(`M${x} 86 V74 C${x} 67 ${x + 8} 67 ${x + 8} 74 V86 Z`, '#6f9fd0'),
        ),
      ].join(''),
    { scale: 1.35 },
  ),
  thing(
    'tower block, tower blocks, skyscraper',
    'building',
    'blue grey turquoise orange',
    (p) =>
      [
        p.line('M50 10 V0', INK, 2.4),
        p.box(22, 20, 56, 80, p.main, 2),
        p.box(34, 8, 32, 14, p.dark, 2),
        ...[30, 44, 58, 72, 86].flatMap((y) =>
          [29, 43, 57].map((x, i) =>
            p.box(x, y - 4, 12, 8, (y + i) % 3 === 0 ? '#fdeb9e' : '#dff1fa', 1),
          ),
        ),
        p.box(43, 92, 14, 8, INK),
      ].join(''),
    { scale: 1.5 },
  ),
  thing(
    'barn, barns',
    'building',
    'red brown white green',
    (p) =>
      [
        p.path('M14 46 L26 24 L50 10 L74 24 L86 46 V100 H14 Z', p.main),
        p.path('M8 48 L22 20 L50 4 L78 20 L92 48 L86 50 L73 26 L50 12 L27 26 L14 50 Z', p.dark),
        p.box(34, 64, 32, 36, WALL, 1),
        p.box(36, 66, 28, 34, p.dark),
        p.line('M36 66 L64 100 M64 66 L36 100 M50 66 V100', WALL, 2.6),
        p.box(42, 34, 16, 16, WALL, 1),
        p.line('M50 34 V50 M42 42 H58', WALL_DARK, 2),
      ].join(''),
    { scale: 1.25 },
  ),
  thing(
    'bridge, bridges',
    'building',
    'red grey brown orange',
    (p) =>
      [
        p.line('M0 70 C12 50 18 36 24 28 C34 60 66 60 76 28 C82 36 88 50 100 70', p.dark, 3),
        p.line(
          'M32 46 V70 M40 54 V70 M50 58 V70 M60 54 V70 M68 46 V70 M12 52 V70 M88 52 V70',
          p.dark,
          1.6,
        ),
        p.box(19, 20, 10, 80, p.main, 2),
        p.box(71, 20, 10, 80, p.main, 2),
        p.box(0, 68, 100, 9, p.main),
        p.box(0, 68, 100, 3, p.light),
      ].join(''),
    { scale: 1.25 },
  ),
]
