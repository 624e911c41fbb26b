/** Queries that show what the language can; the window says what each means. */
export const QUERY_EXAMPLES = {
  words: 'harbour boat',
  quoted: '"red apple"',
  wholeWords: 'words:"red car" words.caption:car*',
  near: 'words:"red car"~5',
  either: 'alt:boat OR caption:boat',
  not: '-alt:logo',
  has: 'caption:*',
  exact: 'alt="Logo"',
  pattern: 'alt:/^img_\\d+/i',
  numbers: 'width>=512 ratio:0.5..2',
  dates: 'date:2019-06..2020',
  found: 'span:* confidence>=0.5',
  labeled: 'labeled:* -label:*',
  marked: 'mark:keep -tag:logo',
  column: 'punsafe<0.1 AESTHETIC_SCORE>=5',
  textInImage: 'text-in-image:no',
  captionInImage: 'text-area>0.1 caption-in-image>0.5',
  score: 'score>=0.28',
  scoreOf: 'score[MODEL].caption<0.2',
  tokens: 'tokens.caption>77',
} as const
export type QueryExample = keyof typeof QUERY_EXAMPLES
