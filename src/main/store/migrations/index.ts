import { sql as corpus } from './001-corpus.ts'

/** In order; the position is the version. Only ever appended to. */
export const migrations: readonly { name: string; sql: string }[] = [
  { name: '001-corpus', sql: corpus },
]
