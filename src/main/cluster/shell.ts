/** For sh: nothing in it is special. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Fills the places of a command; each is one word for the shell. */
export function fillCommand(command: string, places: Record<string, string>): string {
  return command.replace(/\{([a-z]+)\}/g, (whole, name: string) =>
    places[name] === undefined ? whole : quoteForShell(places[name]),
  )
}
