/** What happened that nobody asked for and somebody should know: a file that was set aside or made again. */
export interface Notes {
  add(note: string): void
  /** All since the program started, oldest first. */
  list(): string[]
}

export function createNotes(tell: (note: string) => void): Notes {
  const all: string[] = []
  return {
    add(note) {
      if (all.includes(note)) return
      all.push(note)
      tell(note)
    },
    list: () => [...all],
  }
}
