import { describe, expect, it } from 'vitest'
import { describedIn, parseBody, parseLine } from '../../../tools/make-sample/told-notation.ts'
import type { ToldPage } from '../../../tools/make-sample/texts/told/types.ts'

function page(body: string, pictures: Record<string, string> = { a: 'red fox' }): ToldPage {
  return { slug: 'test', title: 'Test', summary: '', pictures, body }
}

describe('the notation of the told pages', () => {
  it('tells words that describe a picture from the others', () => {
    expect(parseLine('We saw {a:a red fox}, and left. [b]')).toEqual([
      { text: 'We saw ', describes: null },
      { text: 'a red fox', describes: 'a' },
      { text: ', and left. ', describes: null },
      'b',
    ])
  })

  it('knows the kinds of lines', () => {
    const kinds = parseBody('# x\n## x\n- x\n> x\n@ x\n| x | y\n[a]\n[a]: x\n---\n\nx')
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'text',
      'heading',
      'item',
      'quote',
      'meta',
      'row',
      'picture',
      'picture',
      'rule',
      'text',
    ])
  })

  it('says on which side of its picture a description stands', () => {
    const source = (body: string): string | undefined => describedIn(page(body)).get('a')?.source
    expect(source('It is {a:a red fox}.\n[a]')).toBe('before')
    expect(source('[a]\nNothing.\n- It is {a:a red fox}.')).toBe('after')
    expect(source('[a]: Seen: {a:a red fox}')).toBe('caption')
    expect(source('| 1 | [a] | {a:A red fox}')).toBe('after')
    expect(source('[a]\nNothing.')).toBeUndefined()
  })

  it.each([
    ['a picture that is not shown', 'Nothing.'],
    ['a picture shown twice', '[a]\n[a]'],
    ['a picture that is not there', '[a]\n[b]'],
    ['words for a picture that is not there', '[a]\n{b:a red fox}'],
    ['two descriptions of one picture', '[a]\n{a:a red fox} {a:a fox}'],
    ['a caption that describes another picture', '[a]: {b:a dog}\n[b]'],
    ['a brace that is not closed', '[a]\n{a:a red fox'],
  ])('refuses %s', (_name, body) => {
    const pictures: Record<string, string> = body.includes('[b]\n')
      ? { a: 'red fox', b: 'brown dog' }
      : { a: 'red fox' }
    expect(() => describedIn(page(body, pictures))).toThrow(RangeError)
  })
})
