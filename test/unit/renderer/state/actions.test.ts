import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import {
  dispatchKey,
  guardKey,
  keyLabel,
  keyOf,
  runAction,
  takeFromTab,
  useActions,
  useOverlay,
  type Action,
} from '../../../../src/renderer/src/state/actions.ts'
import { position, viridis } from '#shared/colour-scales.ts'

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

describe('an overlay that is open', () => {
  let scope: EffectScope
  let done: string[] = []
  const does = (id: string, ...keys: string[]): Action => ({
    id,
    title: id,
    group: 'Test',
    keys,
    run: () => void done.push(id),
  })

  class Place {
    readonly within: string
    constructor(within: string) {
      this.within = within
    }
    closest(selector: string): Place | null {
      return this.within !== '' && selector.includes(this.within) ? this : null
    }
  }
  function type(key: string, target = new Place('')) {
    const event = {
      key,
      target,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      isComposing: false,
      defaultPrevented: false,
      stopped: false,
      preventDefault: () => void (event.defaultPrevented = true),
      stopPropagation: () => void (event.stopped = true),
    }
    return event
  }
  const press = (key: string) => dispatchKey(type(key) as unknown as KeyboardEvent)

  beforeEach(() => {
    done = []
    scope = effectScope()
    vi.stubGlobal('Element', Place)
    for (const name of ['HTMLElement', 'HTMLTextAreaElement', 'HTMLInputElement']) {
      vi.stubGlobal(name, class {})
    }
  })
  afterEach(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })

  /** A view with a cursor, and a preview over it. */
  function preview() {
    const open = ref(false)
    scope.run(() => {
      useActions([does('view.3', '3'), does('cutoff.up', 'ArrowRight'), does('pairs.toggle', 'X')])
      useOverlay(
        () => open.value,
        [does('preview.next', 'ArrowRight'), does('preview.close', 'Escape')],
      )
    })
    return open
  }

  test('has the keyboard: what it does not use goes nowhere', () => {
    const open = preview()
    for (const key of ['ArrowRight', '3', 'x', 'Escape']) press(key)
    expect(done).toEqual(['cutoff.up', 'view.3', 'pairs.toggle'])
    done = []
    open.value = true
    for (const key of ['ArrowRight', '3', 'x', 'Escape']) press(key)
    expect(done).toEqual(['preview.next', 'preview.close'])
    done = []
    open.value = false
    press('ArrowRight')
    expect(done).toEqual(['cutoff.up'])
  })

  test('gives it to the one that is opened over it, and has it again after', () => {
    const open = preview()
    const question = ref(false)
    scope.run(() => useOverlay(() => question.value))
    open.value = true
    question.value = true
    expect(press('ArrowRight')).toBe(false)
    question.value = false
    press('ArrowRight')
    expect(done).toEqual(['preview.next'])
  })

  test('gives it back when what holds it goes away while it is open', () => {
    preview().value = true
    scope.stop()
    scope = effectScope()
    scope.run(() => useActions([does('view.3', '3')]))
    press('3')
    expect(done).toEqual(['view.3'])
  })

  test('leaves a tab its Enter, and takes Ctrl+Enter from it', () => {
    preview()
    scope.run(() => useActions([does('train.start', 'Ctrl+Enter')]))
    const on = (place: Place, ctrlKey: boolean) => {
      const event = { ...type('Enter', place), ctrlKey }
      const stopped: string[] = []
      takeFromTab({
        ...event,
        stopPropagation: () => void stopped.push('stopped'),
      } as unknown as KeyboardEvent)
      return stopped.length > 0
    }
    expect(on(new Place('[role="tab"]'), false)).toBe(false)
    expect(on(new Place(''), true)).toBe(false)
    expect(done).toEqual([])
    expect(on(new Place('[role="tab"]'), true)).toBe(true)
    expect(done).toEqual(['train.start'])
  })

  test('keeps nobody from making the window larger', () => {
    const open = preview()
    scope.run(() => useActions([{ ...does('app.zoom-in', 'Ctrl+='), everywhere: true }]))
    open.value = true
    runAction('app.zoom-in')
    expect(done).toEqual(['app.zoom-in'])
  })

  test('shuts out the commands of the menu, too', () => {
    const open = preview()
    open.value = true
    runAction('view.3')
    expect(done).toEqual([])
    open.value = false
    runAction('view.3')
    expect(done).toEqual(['view.3'])
  })

  test('gets the keys of what was left in focus behind it', () => {
    const open = preview()
    const behind = type('ArrowRight', new Place('[role="slider"]'))
    guardKey(behind as unknown as KeyboardEvent)
    expect(behind.stopped).toBe(false)
    open.value = true
    const field = type('3')
    guardKey(field as unknown as KeyboardEvent)
    expect(field).toMatchObject({ stopped: true, defaultPrevented: true })
    const inside = type('3', new Place('[role="dialog"]'))
    guardKey(inside as unknown as KeyboardEvent)
    expect(inside).toMatchObject({ stopped: false, defaultPrevented: false })
    expect(done).toEqual([])
  })
})

describe('in a text field', () => {
  let scope: EffectScope
  class Field {
    readonly type = 'text'
    readonly isContentEditable = false
    closest = (): null => null
  }
  const press = (key: string, held: { ctrlKey?: boolean; shiftKey?: boolean } = {}): boolean =>
    dispatchKey({
      key,
      target: new Field(),
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      isComposing: false,
      defaultPrevented: false,
      preventDefault: () => {},
      ...held,
    } as unknown as KeyboardEvent)
  beforeEach(() => {
    scope = effectScope()
    vi.stubGlobal('Element', Field)
    vi.stubGlobal('HTMLElement', Field)
    vi.stubGlobal('HTMLInputElement', Field)
    vi.stubGlobal('HTMLTextAreaElement', class {})
  })
  afterEach(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })

  test('Ctrl with a digit or a letter does what it does elsewhere; what edits stays with the field', () => {
    const done: string[] = []
    const keys = ['3', 'Ctrl+3', 'Ctrl+O', 'Ctrl+Shift+O', 'Ctrl++', 'S', 'Enter', 'Escape']
    const editing = ['A', 'C', 'V', 'X', 'Z', 'Shift+Z', 'Y', 'ArrowLeft', 'Home', 'Backspace']
    scope.run(() =>
      useActions(
        [...keys, ...editing.map((key) => `Ctrl+${key}`), 'Ctrl+Enter'].map((key) => ({
          id: key,
          title: key,
          group: 'Test',
          keys: [key],
          run: () => void done.push(key),
        })),
      ),
    )
    for (const key of ['3', 's', 'Enter', 'Escape']) press(key)
    for (const key of ['a', 'c', 'v', 'x', 'z', 'y', 'ArrowLeft', 'Home', 'Backspace', 'Enter']) {
      press(key, { ctrlKey: true })
    }
    press('Z', { ctrlKey: true, shiftKey: true })
    expect(done).toEqual([])
    press('3', { ctrlKey: true })
    press('o', { ctrlKey: true })
    press('O', { ctrlKey: true, shiftKey: true })
    press('+', { ctrlKey: true })
    expect(done).toEqual(['Ctrl+3', 'Ctrl+O', 'Ctrl+Shift+O', 'Ctrl++'])
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
