import { INK } from '../palette.ts'
import type { Pen } from '../pen.ts'
import { thing } from './types.ts'

const GLASS = '#bfe3f5'
const TYRE = '#33303a'
const HUB = '#c9ced6'

const wheel = (p: Pen, x: number, y: number, r: number): string =>
  p.circle(x, y, r, TYRE) + p.circle(x, y, r * 0.5, HUB)

export const VEHICLES = [
  thing(
    'car, cars, automobile',
    'vehicle',
    'red blue yellow green white orange',
    (p) =>
      [
        p.path('M22 64 C26 44 32 40 42 40 H60 C70 40 76 48 82 64 Z', p.dark),
        p.path('M29 62 C32 50 36 46 42 46 H49 V62 Z', GLASS),
        p.path('M53 46 H60 C66 46 70 52 74 62 H53 Z', GLASS),
        p.path('M4 88 V70 C4 64 10 62 18 62 H82 C92 62 97 68 97 76 V88 Z', p.main),
        p.box(4, 80, 93, 5, p.dark),
        p.circle(93, 73, 4, '#fdeb9e'),
        p.circle(7, 73, 3.4, '#f0807a'),
        p.line('M51 66 V84 M56 70 H62', p.dark, 1.8),
        wheel(p, 25, 88, 12),
        wheel(p, 76, 88, 12),
      ].join(''),
    { scale: 1.1 },
  ),
  thing(
    'bus, buses, coach',
    'vehicle',
    'yellow red blue green orange',
    (p) =>
      [
        p.box(3, 26, 94, 64, p.main, 8),
        p.box(3, 66, 94, 7, p.dark),
        p.box(10, 35, 16, 20, GLASS, 3),
        p.box(30, 35, 16, 20, GLASS, 3),
        p.box(50, 35, 16, 20, GLASS, 3),
        p.box(71, 34, 19, 50, p.dark, 3),
        p.box(73, 36, 7, 46, GLASS, 2),
        p.box(82, 36, 7, 46, GLASS, 2),
        p.circle(93, 80, 3, '#fdeb9e'),
        wheel(p, 24, 89, 11),
        wheel(p, 60, 89, 11),
      ].join(''),
    { scale: 1.25 },
  ),
  thing(
    'truck, trucks, lorry',
    'vehicle',
    'blue red green orange white',
    (p) =>
      [
        p.box(2, 30, 60, 54, p.light, 3),
        p.line('M12 36 V78 M22 36 V78 M32 36 V78 M42 36 V78 M52 36 V78', p.main, 1.6),
        p.path('M64 46 H82 C88 46 92 52 98 66 V86 H64 Z', p.main),
        p.path('M70 52 H81 C85 52 88 58 91 66 H70 Z', GLASS),
        p.box(0, 82, 99, 7, p.dark, 2),
        p.circle(95, 77, 3, '#fdeb9e'),
        wheel(p, 18, 89, 11),
        wheel(p, 44, 89, 11),
        wheel(p, 80, 89, 11),
      ].join(''),
    { scale: 1.2 },
  ),
  thing(
    'tractor, tractors',
    'vehicle',
    'green red blue orange',
    (p) =>
      [
        p.box(72, 34, 5, 24, INK, 2),
        p.box(24, 26, 40, 6, p.dark, 3),
        p.path('M28 32 H58 L62 60 H26 Z', GLASS),
        p.line('M28 32 L26 64 M58 32 L62 60', p.dark, 4),
        p.path('M46 56 H88 C94 56 96 62 96 68 V84 H46 Z', p.main),
        p.line('M80 62 V78 M86 62 V78', p.dark, 2),
        p.path('M6 66 C8 50 40 46 54 66 V80 H6 Z', p.main),
        wheel(p, 28, 76, 24),
        wheel(p, 82, 87, 13),
      ].join(''),
    { scale: 1.1 },
  ),
  thing(
    'train, trains, steam engine',
    'vehicle',
    'green red blue black',
    (p) =>
      [
        p.circle(80, 14, 9, '#eef1f4'),
        p.circle(66, 8, 7, '#e0e5ea'),
        p.path('M72 48 L70 26 H88 L86 48 Z', p.dark),
        p.box(68, 22, 22, 6, INK, 2),
        p.box(38, 46, 56, 32, p.main, 8),
        p.box(6, 28, 38, 52, p.main, 3),
        p.box(2, 22, 46, 8, p.dark, 3),
        p.box(13, 37, 22, 18, GLASS, 2),
        p.line('M56 46 V78 M70 46 V78', p.dark, 3),
        p.path('M94 74 L100 92 H86 Z', INK),
        p.box(4, 76, 92, 8, '#c9a23a', 2),
        p.circle(95, 56, 4, '#fdeb9e'),
        wheel(p, 22, 87, 13),
        wheel(p, 52, 90, 10),
        wheel(p, 76, 90, 10),
      ].join(''),
    { scale: 1.2 },
  ),
  thing('bicycle, bicycles, bike', 'vehicle', 'red blue green black yellow', (p) =>
    [
      p.line('M24 56 A20 20 0 1 0 24.1 56 Z', TYRE, 4),
      p.line('M76 56 A20 20 0 1 0 76.1 56 Z', TYRE, 4),
      p.line('M24 76 L76 76 M24 62 L24 90 M76 62 L76 90 M10 76 L38 76 M62 76 L90 76', '#b9bfc8', 1),
      p.line(
        'M24 76 L40 46 L68 46 L48 78 Z M24 76 L48 78 M40 46 L48 78 M76 76 L66 34',
        p.main,
        4.4,
      ),
      p.line('M66 34 H58 M66 34 C76 30 78 36 76 40', INK, 4),
      p.line('M40 46 L38 38 M30 37 H46', INK, 4.4),
      p.circle(48, 78, 5, INK),
    ].join(''),
  ),
  thing(
    'sailboat, sailboats, boat',
    'vehicle',
    'red blue white orange green',
    (p) =>
      [
        p.box(48, 4, 4, 72, '#8a5a34'),
        p.path('M54 8 C74 24 88 46 90 66 H54 Z', p.main),
        p.path('M46 18 C34 34 20 52 14 66 H46 Z', p.light),
        p.path('M54 40 C64 38 76 40 84 46 L88 56 C78 50 64 50 54 52 Z', p.dark),
        p.path('M52 4 L68 8 L52 12 Z', '#d93a3a'),
        p.path('M6 74 H94 C92 88 82 98 70 98 H30 C18 98 8 88 6 74 Z', '#9c6a3c'),
        p.path('M6 74 H94 L93 81 H7 Z', '#fbf3e2'),
      ].join(''),
    { scale: 1.1, home: 'water' },
  ),
  thing(
    'ship, ships, steamer',
    'vehicle',
    'red blue black white green',
    (p) =>
      [
        p.box(36, 12, 12, 28, p.main),
        p.box(58, 12, 12, 28, p.main),
        p.box(36, 12, 12, 7, INK),
        p.box(58, 12, 12, 7, INK),
        p.box(22, 36, 58, 14, '#fffaf0', 2),
        p.box(14, 48, 72, 16, '#efe8da', 2),
        ...[24, 38, 52, 66, 78].map((x) => p.circle(x, 56, 4, '#7fb6d8')),
        p.path('M0 62 H100 L88 98 H16 Z', p.main),
        p.path('M3 70 H97 L95 77 H5 Z', p.dark),
      ].join(''),
    { scale: 1.2, home: 'water' },
  ),
  thing(
    'submarine, submarines',
    'vehicle',
    'yellow orange green grey',
    (p) =>
      [
        p.line('M54 30 V12 H66', p.dark, 5),
        p.path('M40 44 L44 26 H64 L68 44 Z', p.dark),
        p.ellipse(54, 64, 44, 25, p.main),
        p.path('M14 52 L2 42 V86 L14 76 Z', p.dark),
        ...[36, 56, 76].map((x) => p.circle(x, 62, 8, p.dark) + p.circle(x, 62, 5.4, GLASS)),
        p.path('M14 74 C26 92 82 92 94 74 C80 80 30 80 14 74 Z', p.dark),
      ].join(''),
    { home: 'water' },
  ),
  thing(
    'aeroplane, aeroplanes, airplane, plane',
    'vehicle',
    'white red blue yellow orange',
    (p) =>
      [
        p.path('M8 44 L2 18 H14 L30 44 Z', p.dark),
        p.path(
          'M4 48 C20 40 70 36 88 44 C98 48 98 58 88 62 C70 68 24 66 10 60 C5 58 3 52 4 48 Z',
          p.main,
        ),
        p.path('M84 44 C92 46 96 50 96 53 L80 52 V44 Z', '#7fb6d8'),
        ...[30, 40, 50, 60, 70].map((x) => p.circle(x, 49, 3, '#7fb6d8')),
        p.path('M62 56 L34 90 H22 L40 56 Z', p.dark),
        p.path('M56 40 L38 16 H28 L40 41 Z', p.dark),
        p.line('M14 58 C34 62 66 62 88 57', p.light, 2.4),
      ].join(''),
    { scale: 1.1, home: 'air' },
  ),
  thing(
    'helicopter, helicopters',
    'vehicle',
    'red blue green yellow orange',
    (p) =>
      [
        p.line('M60 22 V34', INK, 4),
        p.line('M22 20 H98', '#5a5f68', 4),
        p.path('M50 46 L8 50 L4 34 H0 L2 62 L50 66 Z', p.dark),
        p.circle(5, 44, 8, p.light),
        p.ellipse(64, 56, 31, 24, p.main),
        p.path('M66 38 C82 38 90 48 91 60 H66 Z', GLASS),
        p.line('M52 78 V88 M76 78 V88 M40 90 H88 C93 90 94 86 94 84', INK, 3.4),
        p.box(44, 58, 14, 5, p.light, 2),
      ].join(''),
    { home: 'air' },
  ),
  thing(
    'rocket, rockets, spaceship',
    'vehicle',
    'red white blue grey orange',
    (p) =>
      [
        p.path('M42 78 C38 90 46 92 50 100 C54 92 62 90 58 78 Z', '#f29a2e'),
        p.path('M45 78 C44 86 48 88 50 92 C52 88 56 86 55 78 Z', '#fce690'),
        p.path('M32 52 L16 72 L18 86 L36 76 Z', p.dark),
        p.path('M68 52 L84 72 L82 86 L64 76 Z', p.dark),
        p.path('M50 2 C70 16 74 46 64 80 H36 C26 46 30 16 50 2 Z', p.main),
        p.path('M50 2 C58 8 63 15 65 24 H35 C37 15 42 8 50 2 Z', p.dark),
        p.circle(50, 40, 11, '#e9eef2'),
        p.circle(50, 40, 7.6, '#7fb6d8'),
        p.box(46, 58, 8, 24, p.dark, 3),
      ].join(''),
    { scale: 1.1, home: 'air' },
  ),
  thing(
    'hot-air balloon, hot-air balloons, balloon',
    'vehicle',
    'red orange yellow purple blue green',
    (p) =>
      [
        p.line('M38 66 L44 84 M62 66 L56 84', '#6b4a2c', 1.8),
        p.path(
          'M50 2 C78 2 88 22 86 38 C84 54 66 66 60 70 H40 C34 66 16 54 14 38 C12 22 22 2 50 2 Z',
          p.main,
        ),
        p.path(
          'M50 2 C32 6 28 24 30 40 C32 54 40 66 44 70 H56 C60 66 68 54 70 40 C72 24 68 6 50 2 Z',
          p.light,
        ),
        p.path(
          'M50 2 C42 8 41 24 42 40 C43 54 47 66 48 70 H52 C53 66 57 54 58 40 C59 24 58 8 50 2 Z',
          p.main,
        ),
        p.box(40, 68, 20, 4, p.dark, 1),
        p.box(42, 83, 16, 14, '#a8713c', 2),
        p.line('M42 88 H58', '#7d4f26', 1.8),
      ].join(''),
    { scale: 1.15, home: 'air' },
  ),
  thing('scooter, scooters, moped', 'vehicle', 'turquoise red pink yellow green', (p) =>
    [
      p.line('M78 84 L68 30 M68 30 H58 M68 30 C76 28 80 30 80 32', INK, 4),
      p.path('M72 44 C84 50 88 66 86 78 L76 76 C76 64 74 54 70 48 Z', p.main),
      p.path('M8 84 C6 60 22 54 40 56 L48 78 H66 L70 64 L78 80 V88 H12 Z', p.main),
      p.box(14, 48, 34, 8, INK, 4),
      p.circle(82, 42, 5, '#fdeb9e'),
      p.line('M18 68 C24 64 32 64 38 66', p.dark, 2.4),
      wheel(p, 22, 88, 12),
      wheel(p, 80, 88, 12),
    ].join(''),
  ),
]
